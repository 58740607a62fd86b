"""The language model that may be configured: any OpenAI-compatible server, or another provider's package.

`model.py` is what the rest of the house sees: `open_model(settings)` and `Model.write(messages)`.
`chat.py` alone knows langchain, `bounded.py` the network, `breaker.py` when to leave a server in peace.
It does not judge what a model says: that is done sentence by sentence, elsewhere.
"""

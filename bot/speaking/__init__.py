"""A language model puts an answer into words; nothing it says is shown before it was checked.

    extract (an Answer)  →  evidence.py: the measures it quotes  →  prompt  →  model
                         →  grounding, sentence by sentence      →  wording.py: markdown with places
                         →  the same Answer, the words above its quotes

The quotes stay: what the model says is a summary of them. Lists are never its work.
"""

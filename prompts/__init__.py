"""What a language model is told: one text file per language and purpose, `bot/prompts.py` reads them.

The first line is `wence-prompt <purpose> <language> <version>`; raise the version with every change.
`== system ==` and `== user ==` stand before the two messages; `$names` are filled in, `$$` is a dollar sign.
"""

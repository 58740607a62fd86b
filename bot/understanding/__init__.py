"""A model that helps to understand a question where the rules are unsure; it never helps to answer.

`leaning.py` and `doubt.py` say by rules when it may be asked at all: hardly ever. `rewrite.py` and `route.py`
check what it says against the question, what came before, the gazetteer and the measures. What passes is a
question again, made of words that were there, and the rules answer it. Anything else leaves the rules as they
were.
"""

"""One composer per route: each takes what was asked and what was found, and writes an Answer.

Everything in quotation marks is verbatim from a guideline; every other word comes from `bot/phrases`.
"""

"""Whether the rules' own answer leaves doubt about what kind of question it was.

Only two answers do: a refusal as no policy question although words of the field stand in it, and a guess by
meaning alone, unsure and without one word of the question in what it quotes.
"""

from __future__ import annotations

from bot.answer import Answer
from bot.question import Question
from bot.reading.smalltalk import speaks_of_policy
from bot.understanding.content import pairs
from bot.understanding.route import numbers_a_clause
from corpus.normal import normalize, normalize_question


def is_doubtful(question: Question, answer: Answer) -> bool:
    """Whether a model may say what `question` is, which the rules answered with `answer`."""
    if question.small_talk or _is_read(question):
        return False
    if answer.refusal == "out_of_scope":
        return bool(question.where.targets) or question.policy or numbers_a_clause(question.normal)
    if answer.refusal == "unclear":
        return question.unclear == "gibberish" and speaks_of_policy(question.normal)
    return answer.route == "topic" and not answer.refusal and _is_a_guess(question, answer)


def _is_read(question: Question) -> bool:
    """Whether rules have read what is asked for, whatever came of it."""
    return bool(question.clauses or question.keywords or question.aspects or question.naming.slugs)


def _is_a_guess(question: Question, answer: Answer) -> bool:
    """Whether nothing but likeness speaks for a topic answer."""
    if answer.confidence != "low" or question.policy or question.facts or answer.lang == "en":
        return False
    quoted = normalize(" ".join(f"{one.title} {one.quote}" for one in answer.citations))
    return not any(pair in quoted for pair in pairs(normalize_question(question.text)))

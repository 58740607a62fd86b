"""Reading a question by rules: which clauses, words or facts about the document it asks for."""

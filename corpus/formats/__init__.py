"""Files of every accepted format → text. One module a format; `document.py` chooses among them."""

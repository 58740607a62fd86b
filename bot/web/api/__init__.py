"""The JSON interface under ``/api``: the same answers as the command line, problems as RFC 9457 has them."""

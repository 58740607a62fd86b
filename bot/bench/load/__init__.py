"""`wence bench --load`: many visitors at once, against a real server on this machine."""

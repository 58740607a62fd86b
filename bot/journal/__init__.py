"""The journal: what was asked, how it was answered and whether that helped, for those who keep Wence.

`place` says where it is kept, `masking` takes personal data out, `entry` is what is kept, `store` writes it
to a database whose tables `migrations` makes, `journal` does so without an answer waiting for it, `read` and
`report` are for the operator. Nothing here knows who asked: no address, no name, a random id per visit.
"""

"""Standard protocols, one page each, as people would write them.

`manifest.json` says what each is expected to come to; a test holds it to that.
"""

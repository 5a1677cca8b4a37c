"""Extensions of the site by what the articles around Q271547 say beyond it.

Comes in: the base site. Goes out: `site_with`, the site with the extensions that one chooses. Each
extension is a module of its own; it knows the base site and no other extension.
"""

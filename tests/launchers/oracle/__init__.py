"""The real package managers, asked which packages they would install: our grammars must name the same ones.

Nothing is installed and no server is started: the registry is on the loopback and answers 404 to everything.
"""

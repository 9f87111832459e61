"""What a package argument names: the grammars of npm, PyPI (PEP 508, uv) and image references."""

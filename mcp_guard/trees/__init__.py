"""Where files come from: the git index, a commit, the work tree or a plain folder.

All paths are relative to the root, with `/` on every system; bytes that are not valid in the file system's encoding
are kept as surrogates (PEP 383). The checked repository is taken for an enemy's: git is told to run nothing that its
configuration names and to fetch nothing (`git.py`), and nothing outside the root is read. Every function raises
`TreeError` and nothing else where git or the file system gives no sure answer.
"""

from mcp_guard.trees.blobs import read_blobs
from mcp_guard.trees.disk import folder, untracked, work_tree
from mcp_guard.trees.git import find_root
from mcp_guard.trees.history import changed, commit, head, index, resolve, staged
from mcp_guard.trees.tree import Change, Entry, Tree, TreeError, Unreadable

__all__ = [
    "Change",
    "Entry",
    "Tree",
    "TreeError",
    "Unreadable",
    "changed",
    "commit",
    "find_root",
    "folder",
    "head",
    "index",
    "read_blobs",
    "resolve",
    "staged",
    "untracked",
    "work_tree",
]

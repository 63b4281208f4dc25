"""Memory as text: notes with anchors and evidence, the operations that change them, and what judges a change.

Pure. The files a person reads are a projection of operations: whoever proposes one (code, a model, a hosted dream),
code writes the text. Everything here is values; a repository, a server and a model live elsewhere.
"""

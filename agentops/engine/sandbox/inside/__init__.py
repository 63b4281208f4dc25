"""The tool server that runs inside a sandbox, in whatever Python is there: the standard library and this folder alone.

It is started as `python3 -I -S inside/__main__.py` and speaks JSON, one value a line, on its standard input and output.
It says `{"ready": true}` first; `{"id": 1, "op": "bash", …}` is answered by `{"id": 1, "ok": {…}}` or
`{"id": 1, "error": "words for a model"}`, in any order; `{"id": 2, "op": "cancel", "target": 1}` interrupts.
"""

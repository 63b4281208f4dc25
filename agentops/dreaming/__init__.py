"""Dreams: transcripts and a memory in, operations out. Readers of transcripts, and the engines that propose."""

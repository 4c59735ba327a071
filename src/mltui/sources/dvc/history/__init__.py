"""What DVC's files said at every commit of the history, and the versions of every dataset.

`source` reads (one ``git log --raw``, one ``git rev-list``, one ``git cat-file --batch``), `blobs` tells what one file
says, `files` and `states` what all of them say at a commit, `versions` makes timelines of it. `brief` is what a warm
``mltui status`` needs, in a small file of its own.
"""

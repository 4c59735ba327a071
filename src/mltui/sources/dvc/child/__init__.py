"""The children that work with DVC itself: only the standard library and the project's dvc, run by its interpreter.

``python start.py serving`` answers all questions about stages, ``python start.py remote`` one about the remote. They
run with every dvc 3, so on Python 3.8 and later, and import nothing else of mltui, which need not be installed there.
"""

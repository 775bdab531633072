"""Twelve short lessons: one idea each, computed on the demo by the library's own functions.

`course` holds their words and needs no torch; each other module computes one lesson.
"""

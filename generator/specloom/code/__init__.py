"""Injection-safe output: `Code`, and the makers that create it from arbitrary text.

Code generators are attacked through the texts of their specs, in any field, and manual escaping misses some. So all output consists of
`Code`, with one subclass for each output language. Only the makers of this package create it, each of them whole tokens with their
delimiters. Every `str` operation on a `Code` (`+`, `%`, slices, f-strings, `str.join`) returns a plain `str`, which `render` refuses.

`base` has the classes; `python`, `toml`, `json`, `markdown` and `prose` have the makers of each language.
"""

from .base import Code, Json, Markdown, Prose, Python, Toml

__all__ = ["Code", "Json", "Markdown", "Prose", "Python", "Toml"]

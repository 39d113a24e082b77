"""Text that is already valid in its place, and the only functions that make it from other text.

Generators are attacked through the texts of their specs, in every field, and escaping by hand always forgets one. So an output is made
of `Code`, nothing else: one subclass per output language, made only by the functions of this package, each of which returns whole tokens with
their delimiters. Every operation on a `Code` (`+`, `%`, slices, f-strings, `str.join`) falls back to a plain `str`, which rendering refuses.

`base` has the classes; `python`, `toml`, `json` and `markdown` the makers of each language.
"""

from .base import Code, Json, Markdown, Python, Toml

__all__ = ["Code", "Json", "Markdown", "Python", "Toml"]

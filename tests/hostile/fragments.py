"""Hostile text fragments with a meaning in YAML, Python, Jinja, TOML, Markdown, a shell or a path."""

from __future__ import annotations

CANARY = "cAnArY_lEaK"
"""Unlike any derived name, which is snake_case, PascalCase or upper case."""

_CALL = f"__import__('os').system('touch {CANARY}')"

QUOTES = (
    f'"""\n{CANARY}()\n"""', f"'''\n{CANARY}()\n'''", f'"); {CANARY}() #', f"'); {CANARY}() #", f'", {CANARY}(), "', f"' + {CANARY}() + '", '"', "'",
    '"""', '""""', 'ends with a quote"', '"begins and ends"', f'\\"""\n{CANARY}()\n', f"{CANARY}(']", f'"] = {CANARY}()\nx["',
)  # fmt: skip
BACKSLASHES = (
    "ends with a backslash \\", "\\", "\\\\", '\\"', "\\'", f"\\N{{{CANARY}}}", "\\N{DIGIT ONE", "\\u0022", "\\x22", "\\U0011ffff", "\\0", "\\\n", '\\\\"""',
)  # fmt: skip
LINES = (
    f"x\n{CANARY}()", f"\n\n{CANARY}()\n\n", f"x\n    {CANARY}()\n\ty", f"#\n{CANARY}()", "x\n", "\n", f"Args:\n    {CANARY}: x\n\nRaises:\n    y: z",
    f"else:\n    {CANARY}()", "\t\t", "  two  spaces  ", "a\n\n\n\nb", f"\\\n{CANARY}()",
)  # fmt: skip
CODE = (
    CANARY, _CALL, f"{CANARY}()", f"lambda: {CANARY}", f"open('{CANARY}', 'w')", f"x = {CANARY}", f"import {CANARY}", f"from . import {CANARY}",
    f"]; {CANARY}(); [", f"}}; {CANARY}(); {{", f"): {CANARY}() if (", f"# {CANARY}", f"x  # {CANARY}", "# type: ignore", "# coding: utf-7", "# noqa",
    f"{CANARY}: int = 1", f"class {CANARY}: ...", f"@{CANARY}", f"*{CANARY}", f"**{CANARY}", f"*, {CANARY}", f"Literal[{CANARY}]",
)  # fmt: skip
TEMPLATES = (
    f"{{{{ {CANARY} }}}}", f"{{% include '{CANARY}' %}}", f"{{# {CANARY} #}}", "{{ self.__init__.__globals__ }}", "{% raw %}", "{%", "}}", "{0}", "{", "}",
    "{name.__class__}", "%s", "%(x)s", "%", f"${{{CANARY}}}", f"$({CANARY})", f"`{CANARY}`", "$1", "\\g<0>", "\\1",
)  # fmt: skip
MARKDOWN = (
    f"<script>{CANARY}</script>", f"</p><h1>{CANARY}</h1>", "<!--", "-->", f"](javascript:{CANARY})", f"[x](https://{CANARY}.example)", f"![x](https://{CANARY})",
    f"[x]: javascript:{CANARY}", f"https://{CANARY}.example/x", f"<https://{CANARY}.example>", f"{CANARY}@example.com", f"www.{CANARY}.example", "&lt;b&gt;",
    "| a | b |\n| --- | --- |\n| c | d |", "\\|", "|", "a \\| b", f"\n# {CANARY}\n", f"# {CANARY}", f"x\n===\n{CANARY}", "---", "\n\n---\n\n", f"- {CANARY}",
    f"1. {CANARY}", f"> {CANARY}", "```", f"```\n# {CANARY}\n```", "~~~", "`", "``", "*", "**x**", "__x__", "~~x~~", f"    {CANARY}", "<br>", "$x$", "[^1]",
)  # fmt: skip
OTHERS = (
    f'1.0"\ndependencies = ["{CANARY}"]', f'x"\n[tool.{CANARY}]\ny = "', f"'; touch {CANARY}; '", f"../../{CANARY}", f"/tmp/{CANARY}", f"..\\..\\{CANARY}", "CON",
    f"x%0d%0aX-Canary: {CANARY}", f"http://169.254.169.254/{CANARY}", "file:///etc/passwd", "#/definitions/x", "null", "~", "true", "1e999", ".nan", "0x", "-1",
    "", " ", "?", "a?", "<<", "&a", "*a", "!!python/object:os.system", "- x", "x: y", "x #y", "@", "x" * 3000, '"' * 200, "\\" * 201, "`" * 200, "发票" * 700,
    "名称", "ﬁeld", "сlass", "é", "ｘ", "𝒙", "🙂", "a" * 150, "class", "None", "self", "__class__", "__init__", "list", "str", "import", "_", "__", "A", "a b",
)  # fmt: skip
UNSEEN = (
    f"x\r\nX-Canary: {CANARY}", f"x\r{CANARY}()", f"x\x0c{CANARY}()", f"x\x0b{CANARY}()", "\x00", f"x\x00{CANARY}", f"x\u2028{CANARY}()", f"x\u2029{CANARY}()",
    f"x\u0085{CANARY}()", "\x1b[2J", "\x7f", "\u202e", "\u2066x", "\u200b", "\ufeff", "\U000e0041", "👩\u200d👧", "\u00ad", "\ufe00", "\x08",
)  # fmt: skip
"""Invisible characters, and line ends of some programs: not allowed in a spec."""

SEEN = (*QUOTES, *BACKSLASHES, *LINES, *CODE, *TEMPLATES, *MARKDOWN, *OTHERS)
ALL = (*SEEN, *UNSEEN)

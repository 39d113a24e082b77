"""Rows of tables in the text of pages: Markdown, cells apart by tabs, or cells without anything between them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .facts import Field, Kind, Value

KINDS: Mapping[str, Kind] = {
    "string": "string",
    "str": "string",
    "text": "string",
    "number": "number",
    "integer": "integer",
    "int": "integer",
    "int32": "integer",
    "int64": "integer",
    "long": "integer",
    "uint": "integer",
    "timestamp": "integer",
    "decimal": "number",
    "enum": "string",
    "uuid": "string",
    "snowflake": "string",
    "uint32": "integer",
    "uint64": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "boolean": "boolean",
    "object": "object",
    "map": "json",
    "json": "json",
    "file": "file",
    "datetime": "datetime",
    "字符串": "string",
    "数字": "number",
    "整数": "integer",
    "整型": "integer",
    "整形": "integer",
    "浮点数": "number",
    "布尔": "boolean",
    "布尔值": "boolean",
    "对象": "object",
}
_TYPES = "|".join(sorted(map(re.escape, KINDS), key=len, reverse=True))
_TYPE = re.compile(
    rf"(?P<list>(?:array|list|数组)\s*[\[<(]\s*)?(?P<kind>{_TYPES})?\s*"
    r"(?:[\[(]\s*(?:(?P<low>\d+)\s*[,~.\-]+\s*)?(?P<high>\d+)\s*[\])])?\s*[\]>)]?(?P<more>\s*\[\])?",
    re.IGNORECASE,
)
_GLUED = re.compile(
    rf"(?P<name>[a-z][A-Za-z0-9_.]*?)(?P<type>{_TYPES}|array|list)(?P<required>yes|no|是|否|true|false)?(?P<text>[A-Z\u4e00-\u9fff].*)?"
)
_YES = {"yes", "y", "是", "必填", "true", "required", "√", "✔", "必须", "✓", "m"}
_NO = {"no", "n", "否", "选填", "false", "optional", "可选", "非必填", "o", "×", ""}
_STARTS_YES = ("required", "必填", "必须", "必选")
_STARTS_NO = ("optional", "not required", "conditional", "可选", "选填", "非必")
_HEADERS: Mapping[str, str] = {
    "name": "name", "parameter": "name", "parameter name": "name", "parameters": "name", "param": "name", "params": "name", "field name": "name", "argument": "name", "attribute": "name", "property": "name", "field": "name", "key": "name",
    "参数": "name", "参数名": "name", "参数名称": "name", "字段": "name", "字段名": "name", "名称": "name", "变量名": "name", "属性": "name", "变量": "name", "参数字段": "name", "请求参数": "name", "返回参数": "name", "字段名称": "name",
    "type": "type", "data type": "type", "类型": "type", "数据类型": "type", "参数类型": "type", "字段类型": "type",
    "required": "required", "required to fill in": "required", "mandatory": "required", "必填": "required", "是否必填": "required", "必选": "required", "是否必须": "required", "必须": "required", "是否必需": "required", "是否必传": "required", "必传": "required", "必需": "required", "可选": "", "required?": "required", "optional?": "",
    "description": "text", "introductions": "text", "meaning": "text", "introduction": "text", "details": "text", "comments": "text", "comment": "text", "notes": "text", "note": "text", "remark": "text", "remarks": "text", "explanation": "text", "summary": "text", "解释": "text", "释义": "text", "说明": "text", "描述": "text", "参数说明": "text", "字段说明": "text", "备注": "text", "含义": "text",
    "example": "example", "示例": "example", "示例值": "example", "example value": "example",
    "default": "default", "默认值": "default",
    "code": "code", "error code": "code", "错误码": "code", "error code ": "code",
    "error description": "reason", "message": "reason", "错误描述": "reason", "描述 ": "reason", "错误码取值": "reason",
    "solutions": "remedy", "solution": "remedy", "解决方案": "remedy", "remedy": "remedy", "处理方案": "remedy",
    "status": "status", "http status": "status", "状态码": "status",
}  # fmt: skip
_VALUE = re.compile(r"[`\"'“]?([A-Z][A-Z0-9_]{1,60})[`\"'”]?\s*[:：\-—–]\s*([^,，;；、\n]+)")


def cells(line: str) -> list[str]:
    """Return the cells of a row; a line that is no row is one cell."""
    if line.lstrip().startswith("|"):
        parts = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        return [re.sub(r"^[`*]+|[`*]+$", "", each.strip().replace("\\|", "|")) for each in parts]
    return [each.strip() for each in line.rstrip("\t ").split("\t")]


def header_of(line: str) -> list[str] | None:
    """Return the meaning of each column of a row of titles, as `columns_of`; None for any other line."""
    return columns_of(cells(line))


def columns_of(titles: Sequence[str]) -> list[str] | None:
    """Return the meaning of each column by its title: name, type, required, text, code, …; None if it is no table of fields or errors."""
    parts = [each.lower().strip(" `*:：") for each in titles]
    if len(parts) < 2:
        return None
    columns = [_HEADERS.get(each, "") for each in parts]
    known = {each for each in columns if each}
    is_fields = "name" in known and len(known) >= 2
    is_errors = "code" in known and len(known) >= 2
    return columns if is_fields or is_errors else None


def field_of(columns: Sequence[str], line: str, number: int) -> Field | None:
    """Return the field of a row below these columns."""
    return field_of_cells(columns, cells(line), number)


def field_of_cells(columns: Sequence[str], row_cells: Sequence[str], number: int) -> Field | None:
    """Return the field of the cells of a row below these columns; None if its name is none."""
    row = dict(zip(columns, row_cells, strict=False))
    name = row.get("name", "").strip("`").strip()
    match = re.fullmatch(r"([A-Za-z_$@][\w.$\-\[\]]*)([*?\s]*)", name)
    if match is None:
        return None
    found = Field(match[1], number)
    set_type(found, row.get("type", "string"))
    required = row.get("required", "").lower().strip("*. `")
    if "required" in columns:
        found.required = required in _YES or required.startswith(_STARTS_YES)
    else:
        found.required = match[2].strip() == "*"
    if (
        "required" in columns
        and not found.required
        and required not in _NO
        and not required.startswith(_STARTS_NO)
    ):
        found.when = row["required"]
    set_text(found, row.get("text", ""))
    if row.get("example") and found.kind == "string":
        found.example = row["example"].strip("`")
    return found


def glued_field(line: str, number: int) -> Field | None:
    """Return the field of a row whose cells have nothing between them: `card_idstringyesInvoice id`."""
    match = _GLUED.fullmatch(line.strip())
    if match is None:
        return None
    found = Field(match["name"], number)
    set_type(found, match["type"])
    found.required = match["required"] is not None and match["required"].lower() in _YES
    set_text(found, match["text"] or "")
    return found


def set_type(found: Field, text: str) -> None:
    """Set kind, list and limits from a type such as `string(32)`, `string[1,32]` or `array[object]`."""
    cleaned = text.strip().strip("`")
    nullable = re.sub(r"^\?|\s*(?:\|\s*null|or null)$", "", cleaned)
    found.nullable, cleaned = nullable != cleaned, nullable
    match = _TYPE.match(cleaned)
    kind = match["kind"] if match else None
    if kind is None and re.match(r"(array|list|数组)", cleaned, re.IGNORECASE):
        found.kind, found.lists = "json", 1
        return
    found.kind = KINDS[kind.lower()] if kind else "json"
    if match is None:
        return
    if match["list"] or match["more"]:
        found.lists = 1
    if found.kind == "string":
        found.longest = int(match["high"]) if match["high"] else None
        found.shortest = int(match["low"]) if match["low"] and found.longest else None


def set_text(found: Field, text: str) -> None:
    """Set title and description, and the values that the text lists as `ISSUED：issued`."""
    text = text.strip()
    heading = re.match(r"【([^】]+)】\s*", text)
    if heading:
        found.title = heading[1].strip()
        text = text[heading.end() :].strip()
    elif text and len(text) <= 60 and not re.search(r"[。.;；]\s*\S", text):
        found.title, text = text.rstrip("。."), ""
    found.description = text
    if re.search(r"单位\s*[为是:：]\s*分|\bunit: fen\b", text) and found.kind == "integer":
        found.unit = "fen"
    if found.kind == "string" and len(values := _VALUE.findall(text)) > 1:
        found.values = [Value(name, meaning.strip()) for name, meaning in values]

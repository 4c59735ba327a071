"""A file that is no text: what it is, how large, and its first bytes."""

from __future__ import annotations

import struct

from mltui.model.artifacts import Excerpt
from mltui.present import detail
from mltui.present.text import Line, Span, line, safe, size

#: Bytes shown in hex.
HEX_BYTES = 256
#: Bytes of a line, the most that have room.
_ROWS = (16, 8, 4)

#: How files begin: https://en.wikipedia.org/wiki/List_of_file_signatures, and the formats' own pages.
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"%PDF", "PDF document"),
    (b"PAR1", "Parquet table"),
    (b"ARROW1", "Arrow file"),
    (b"\x93NUMPY", "NumPy array"),
    (b"\x89HDF\r\n\x1a\n", "HDF5 file"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"\x7fELF", "program or library (ELF)"),
    (b"RIFF", "RIFF file (WAV, WebP)"),
    (b"\x80\x02", "pickle"),
    (b"\x80\x03", "pickle"),
    (b"\x80\x04", "pickle"),
    (b"\x80\x05", "pickle"),
)
#: What a zip archive is by the ending of its name.
_ZIPPED = {"pt": "PyTorch file (zip)", "pth": "PyTorch file (zip)", "npz": "NumPy arrays (zip)", "keras": "Keras model"}
_ENDINGS = {"onnx": "ONNX model", "safetensors": "safetensors file", "pb": "protobuf", "cbm": "CatBoost model"}


def binary_lines(path: str, excerpt: Excerpt, width: int | None = None) -> list[Line]:
    """Type, size and the first bytes in hex."""
    data, ending = excerpt.data, path.rpartition(".")[2].lower()
    kind = next((name for beginning, name in _BEGINNINGS if data.startswith(beginning)), "")
    kind = _ZIPPED.get(ending, kind) if kind == "zip archive" else kind or _ENDINGS.get(ending, "binary data")
    pickled = kind == "pickle" or kind.startswith("PyTorch")
    fields = [
        detail.field("type", kind),
        detail.field("size", size(excerpt.size if excerpt.size is not None else len(data))),
        detail.field("inside", _inside(kind, data)) if _inside(kind, data) else ("inside", ()),
        detail.field("loading", Span("it would run code of whoever wrote it: mltui never does", "note"))
        if pickled
        else ("loading", ()),
    ]
    return [*detail.fields(fields), (), *hex_lines(data[:HEX_BYTES], width)]


def hex_lines(data: bytes, width: int | None = None) -> list[Line]:
    """Offset, bytes and characters, 16 bytes a line; fewer where less than that has room in `width`."""
    lines = []
    # offset and gap, three characters and a letter a byte, the gap between them
    count = next((each for each in _ROWS if width is None or 8 + 4 * each + 1 <= width), _ROWS[-1])
    for at in range(0, len(data), count):
        row = data[at : at + count]
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        lines.append(line(Span(f"{at:06x}", "dim"), f"  {row.hex(' '):{count * 3}}", Span(f" {letters}", "key")))
    return lines


def _inside(kind: str, data: bytes) -> str:
    """What the head of some formats tells: width and height, shape."""
    if kind == "PNG image" and len(data) >= 24:
        return "{} x {} pixels".format(*struct.unpack(">II", data[16:24]))
    if kind == "GIF image" and len(data) >= 10:
        return "{} x {} pixels".format(*struct.unpack("<HH", data[6:10]))
    if kind == "NumPy array" and len(data) > 12:
        return safe(data[10:].partition(b"\n")[0][:200].decode("latin-1").strip())
    return ""

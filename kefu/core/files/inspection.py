"""What a file really is, by its content; what it must not be is refused, naming the field.

The type that is stored and served is the one found here, never the one that was claimed.
"""

from __future__ import annotations

import codecs
import zipfile
from dataclasses import dataclass
from typing import IO, Literal

import filetype
from PIL import Image, UnidentifiedImageError

from kefu.core.errors import Invalid
from kefu.core.files.names import clean_name

Kind = Literal["image", "audio", "video", "document"]

PICTURES = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
ALIASES = {
    "jpeg": "jpg",
    "jpe": "jpg",
    "apng": "png",
    "oga": "ogg",
    "opus": "ogg",
    "weba": "webm",
    "m4v": "mp4",
    "log": "txt",
    "md": "txt",
}
KINDS: dict[str, Kind] = {
    **dict.fromkeys((*PICTURES, "heic"), "image"),
    **dict.fromkeys(("mp3", "m4a", "ogg", "wav", "amr", "aac", "flac"), "audio"),
    **dict.fromkeys(("mp4", "webm", "mov", "3gp"), "video"),
    **dict.fromkeys(("pdf", "doc", "xls", "ppt", "zip", "txt", "csv", "json"), "document"),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), "document"),
}
TEXTS = {"txt": "text/plain", "csv": "text/csv", "json": "application/json"}
ZIPPED = ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp")
SAME_FAMILY = (
    {"mp4", "m4a", "mov", "3gp"},  # one container, told apart by a brand that recorders mix up
    {"webm", "mkv"},
    {"doc", "xls", "ppt"},  # one container too
    set(ZIPPED),
)
HEAD = 8192
PIXELS = 50_000_000
FRAMES = 600
UNZIPPED = 300 * 1024 * 1024
ENTRIES = 10_000

Image.MAX_IMAGE_PIXELS = None  # `_check_picture` looks at the size itself, before decoding


@dataclass(frozen=True)
class Inspected:
    """A file that may be taken: its clean name, true type, and the size of a picture."""

    name: str
    type: str
    kind: Kind
    width: int | None = None
    height: int | None = None


def inspect(file: IO[bytes], *, name: str) -> Inspected:
    """Look at an uploaded file; the caller runs this in a thread, for pictures are decoded."""
    name = clean_name(name)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    ending = ALIASES.get(ending, ending)
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise _refused("The file is empty.", code="file_empty")
    found, type_ = _sniffed(head, ending)
    if found not in KINDS:
        raise _refused("Files of this kind are not accepted.", code="file_type")
    if ending and ending != found and not _are_family(ending, found):
        raise _refused(
            f"The file is named .{ending}, but its content is {found}.", code="file_disguised"
        )
    if found in PICTURES:
        width, height = _check_picture(file, PICTURES[found])
        return Inspected(name, type_, "image", width, height)
    if found in ZIPPED:
        _check_archive(file)
    elif found in TEXTS:
        _check_text(file)
    return Inspected(name, type_, KINDS[found])


def _sniffed(head: bytes, ending: str) -> tuple[str, str]:
    """The ending and type that the content has; text has no mark, so its name decides."""
    guess = filetype.guess(head)
    if guess is not None:
        found = ALIASES.get(guess.extension, guess.extension)
        if found == "mkv" and ending == "webm":
            found = "webm"
        return found, "image/png" if found == "png" else guess.mime
    if ending in TEXTS:
        return ending, TEXTS[ending]
    return "", "application/octet-stream"


def _are_family(ending: str, found: str) -> bool:
    return any(ending in family and found in family for family in SAME_FAMILY)


def _check_picture(file: IO[bytes], form: str) -> tuple[int, int]:
    """Decode the picture, after its size was found bearable."""
    file.seek(0)
    try:
        with Image.open(file, formats=[form]) as picture:
            width, height = picture.size
            if width * height > PIXELS:
                raise _refused(
                    f"The picture has more than {PIXELS} pixels.", code="picture_too_large"
                )
            if getattr(picture, "n_frames", 1) > FRAMES:
                raise _refused(f"The picture has more than {FRAMES} frames.", code="picture_frames")
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as broken:
        raise _refused("The picture is damaged.", code="picture_damaged") from broken
    return width, height


def _check_archive(file: IO[bytes]) -> None:
    """Refuse what unpacks to far more than it is, or cannot be listed."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as broken:
        raise _refused("The archive is damaged.", code="archive_damaged") from broken
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNZIPPED:
        raise _refused("The archive unpacks to far too much.", code="archive_bomb")


def _check_text(file: IO[bytes]) -> None:
    """Text is UTF-8 or GB 18030 without a NUL."""
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while part := file.read(HEAD):
                if "\0" in decoder.decode(part):
                    break
            else:
                decoder.decode(b"", final=True)
                return
        except UnicodeDecodeError:
            continue
    raise _refused("The file is named as text, but its content is not.", code="file_disguised")


def _refused(sentence: str, *, code: str) -> Invalid:
    return Invalid(sentence, code=code, field="file")

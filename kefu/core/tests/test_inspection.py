import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from kefu.core.errors import Invalid
from kefu.core.files import clean_name, inspect

ELF = b"\x7fELF\x02\x01\x01" + bytes(200)
EXE = b"MZ" + bytes(400)
PDF = b"%PDF-1.7\n" + bytes(50)


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, form)
    return made.getvalue()


def archive(*names: str, content: bytes = b"text") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return made.getvalue()


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A few bytes that claim to be a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def refusal(content: bytes, name: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        inspect(io.BytesIO(content), name=name)
    assert refused.value.field == "file"
    return refused.value


@pytest.mark.parametrize(
    ("form", "name", "type_"),
    [
        ("PNG", "a.png", "image/png"),
        ("JPEG", "照片.JPG", "image/jpeg"),
        ("JPEG", "a.jpeg", "image/jpeg"),
        ("GIF", "a.gif", "image/gif"),
        ("WEBP", "no-ending", "image/webp"),
    ],
)
def test_a_picture_is_taken_by_its_content(form: str, name: str, type_: str) -> None:
    found = inspect(io.BytesIO(picture(form)), name=name)

    assert (found.kind, found.type, found.width, found.height) == ("image", type_, 40, 30)


@pytest.mark.parametrize(
    ("content", "name", "type_"),
    [
        (PDF, "bill.pdf", "application/pdf"),
        ("订单,数量\n".encode(), "orders.csv", "text/csv"),
        ("你好".encode("gb18030"), "chat.txt", "text/plain"),
        (archive("a.txt"), "a.zip", "application/zip"),
        (b"ID3\x03\x00" + bytes(100), "voice.mp3", "audio/mpeg"),
        (b"OggS" + bytes(100), "voice.opus", "audio/ogg"),
    ],
)
def test_documents_and_voice_are_taken(content: bytes, name: str, type_: str) -> None:
    assert inspect(io.BytesIO(content), name=name).type == type_


def test_an_office_file_is_taken() -> None:
    content = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")

    assert inspect(io.BytesIO(content), name="letter.docx").kind == "document"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (EXE, "photo.png"),
        (ELF, "voice.mp3"),
        (EXE, "setup.exe"),
        (b"<html><script>alert(1)</script>", "page.html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture.svg"),
        (b"#!/bin/sh\nrm -rf /\n", "run.sh"),
    ],
)
def test_programs_and_pages_are_refused_whatever_their_name(content: bytes, name: str) -> None:
    assert refusal(content, name).code == "file_type"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (picture("PNG"), "photo.jpg"),
        (PDF, "photo.png"),
        (picture("GIF"), "list.csv"),
        (b"text\0with nul", "a.txt"),
        (b"\xff\xfe\xff\xff\x80", "a.txt"),
    ],
)
def test_a_disguised_file_is_refused(content: bytes, name: str) -> None:
    assert refusal(content, name).code == "file_disguised"


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"", "a.txt").code == "file_empty"


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    assert refusal(png_of_claimed_size(60_000, 60_000), "a.png").code == "picture_too_large"


def test_a_damaged_picture_is_refused() -> None:
    assert refusal(picture("JPEG", (400, 400))[:-900], "a.jpg").code == "picture_damaged"


def test_a_zip_bomb_is_refused() -> None:
    bomb = archive(*[f"{number}" for number in range(160)], content=bytes(2 * 1024 * 1024))

    assert len(bomb) < 1024 * 1024
    assert refusal(bomb, "a.zip").code == "archive_bomb"


def test_a_damaged_archive_is_refused() -> None:
    assert refusal(archive("a.txt")[:-10], "a.zip").code == "archive_damaged"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\账单.pdf", "账单.pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\0b\nc.txt", "c.txt"),
        ("  two   spaces .png ", "two spaces .png"),
        ("...", "file"),
        ("", "file"),
        ("\ud800bad.txt", "bad.txt"),
        ("家\u200d人👨\u200d👩\u200d👧.png", "家\u200d人👨\u200d👩\u200d👧.png"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_names_are_made_harmless(given: str, clean: str) -> None:
    assert clean_name(given) == clean
    assert len(clean_name(given)) <= 120

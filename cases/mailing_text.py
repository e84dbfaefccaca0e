"""Text out of a mail's bytes, whatever they say of their charset; HTML reduced to what a reader would see."""

import codecs
import re
from html.parser import HTMLParser

TEXT_BYTES = 1 << 20
HTML_LENGTH = 400_000  # characters
PIECE, LONGEST_TAG = 4096, 16_384
_CHARSET = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[bl]e)?|utf-8-sig|iso8859-\d+|cp\d+|koi8-[rut]|gb2312|gbk|gb18030|hz|big5(?:hkscs)?"
    r"|euc_(?:jp|jis_2004|jisx0213|kr)|iso2022_(?:jp|kr)[\w]*|shift_jis\w*|johab|mac-[a-z]+|ptcp154|kz1048|tis-620"
)
"""Codecs that mails are written in. Python knows others (punycode, unicode_escape …), which take long or mean code."""

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "pre", "hr"} | {f"h{n}" for n in range(1, 7)}
)


def without_controls(text: str, instead: str = "") -> str:
    """Text as the door takes it: no control characters but tabs and line ends, no halves of characters."""
    return _UNFIT.sub(instead, text)


def plain(data: bytes, charset: str) -> str:
    """Bytes as the text of a mail, line by line."""
    return _tidy(decoded(data, charset))


def plain_of_html(data: bytes, charset: str) -> str:
    """The words of a page, block by block, without scripts, styles and tags."""
    reader = _Words()
    page = decoded(data, charset)[:HTML_LENGTH]
    for start in range(0, len(page), PIECE):
        reader.read(page[start : start + PIECE])
    reader.end()
    return _tidy("".join(reader.words))


def decoded(data: bytes, charset: str) -> str:
    """At most `TEXT_BYTES` bytes as text: in the charset they are said to be in, else UTF-8, else Latin-1."""
    data = data[:TEXT_BYTES]
    try:
        known = codecs.lookup(charset.strip("\"' ")).name if charset.isascii() else ""
    except (LookupError, ValueError):
        known = ""
    for codec in (known if _CHARSET.fullmatch(known) else "utf-8", "utf-8"):
        try:
            return data.decode(codec)
        except UnicodeError:
            continue
    cut = data.decode("utf-8", "replace")
    return cut if cut.count("\ufffd") * 10 < len(cut) else data.decode("latin-1")


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in without_controls(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    """What is shown of a page.

    The standard library's parser needs more than the square of the length of a tag that never ends. So it is fed in
    pieces, which it takes as far as they are whole, and what is left of a tag that is too long is forgotten.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = ""

    def read(self, piece: str) -> None:
        """Take in the next piece of the page."""
        try:
            self.feed(piece)
        except AssertionError:  # a declaration that no browser knows either
            self.rawdata = ""
        if len(self.rawdata) > LONGEST_TAG:  # text is taken at once; what waits is markup
            self.rawdata = self._begun()

    def end(self) -> None:
        """The page is over: words that waited are read, a tag that never ended is none."""
        if self.cdata_elem or self.rawdata.startswith("<"):
            self.rawdata = ""
        self.close()

    def _begun(self) -> str:
        """As much of a tag, comment or script that does not end as tells where its end is."""
        if self.cdata_elem:
            return self.rawdata[-20:]
        beginnings = ("<!--", "<?", "</", "<!")
        known = next((one for one in beginnings if self.rawdata.startswith(one)), "<")
        return {"<!--": f"<!--{self.rawdata[-2:]}", "</": "</x ", "<": "<x "}.get(known, "<?")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if not self._hidden and tag in _HIDDEN:
            self._hidden = tag
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""
        elif tag in _BREAKS or tag == "body":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(re.sub(r"\s+", " ", data))

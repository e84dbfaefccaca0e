"""The receipt: the one secret a reporter keeps. This module knows its text only; keys are derived elsewhere.

    secret  := 15 random bytes (120 bits)
    symbols := 24 symbols of Crockford's base32 alphabet, 5 bits each, most significant first
    check   := the symbol for the first 5 bits of SHA-256(symbols as ASCII)
    receipt := symbols ‖ check, in five groups of five: ABCDE-FGHJK-MNPQR-STVWX-YZ234

Reading forgives case, spaces and dashes, O for 0, and I or L for 1.
The check symbol notices a wrong symbol among the 24 in 31 cases of 32 on average, and a wrong check symbol always.
It is a courtesy to people who type: an unnoticed mistake reads as another secret, and that opens no mailbox (each
mailbox there is has one chance in 2^120).
"""

from hashlib import sha256
from unicodedata import category

from cases.errors import ReceiptRefused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_BYTES = 15
SYMBOLS = 24
GROUP = 5
LONGEST_TYPED = 120  # a receipt with generous spacing; anything longer is refused unread

# ASCII alone, spelled out: str.upper() turns a long s into S and a dotless i into I; int() reads digits of any script.
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_VALUES |= {symbol.lower(): value for symbol, value in _VALUES.items()}
_VALUES |= dict.fromkeys("Oo", 0) | dict.fromkeys("IiLl", 1)


def write_receipt(secret: bytes) -> str:
    """The text to show once, 29 characters. ValueError unless `secret` is 15 bytes."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a receipt holds {SECRET_BYTES} bytes")
    number = int.from_bytes(secret)
    symbols = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SYMBOLS)))
    text = symbols + ALPHABET[_check(symbols)]
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def read_receipt(text: str) -> bytes:
    """The 15 bytes of a typed receipt. ReceiptRefused for everything that is not one; the message never repeats it."""
    if len(text) > LONGEST_TYPED:
        raise ReceiptRefused("This is too long to be a receipt.")
    values = [_VALUES.get(character) for character in text if not _spacing(character)]
    if None in values or len(values) != SYMBOLS + 1:
        raise ReceiptRefused("A receipt is 25 letters and digits, in five groups of five.")
    *symbols, check = (value for value in values if value is not None)
    if check != _check("".join(ALPHABET[value] for value in symbols)):
        raise ReceiptRefused("This receipt has a typing mistake: please compare it with what you wrote down.")
    number = 0
    for value in symbols:
        number = number << 5 | value
    return number.to_bytes(SECRET_BYTES)


def _check(symbols: str) -> int:
    return sha256(symbols.encode("ascii")).digest()[0] >> 3


def _spacing(character: str) -> bool:
    """Spaces and dashes of every kind: word processors replace both without asking."""
    return character in "\t\r\n" or category(character) in {"Zs", "Pd"}

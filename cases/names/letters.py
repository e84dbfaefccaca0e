"""Letters of other alphabets and spellings, brought to one Latin form in which names can be compared."""
# ruff: noqa: RUF001 - letters that look like others are what this module is about

import re
import unicodedata
from collections.abc import Iterator

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), said) for pattern, said in pairs)


# Latin letters that no normal form takes apart; ß becomes ss by case folding.
_WHOLE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
    | {"ə": "a", "ɓ": "b", "ɗ": "d", "ɛ": "e", "ɔ": "o", "ƙ": "k", "ƴ": "y", "ɲ": "n", "ɣ": "g", "ʒ": "z"}
)
# Marks inside a word that spellings put or leave out: apostrophes, the Arabic lengthening stroke.
_INSIDE = str.maketrans(dict.fromkeys("'’‘ʼʻʹ`´ˈـ"))

# Russian first, then the letters of its neighbours.
_CYRILLIC_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz",
    "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ҳ": "h", "ҷ": "j", "ӣ": "i",
    "ӯ": "u",
}  # fmt: skip
_CYRILLIC = str.maketrans(_CYRILLIC_LETTERS)

# Consonants as a Latin skeleton has them; vowels, their carriers and ʿayn are left out, in either script.
_ARABIC_CONSONANTS = str.maketrans(
    dict(zip("بتثجحخدذرزسشصضطظغفقكلمنهويپچژگکیڤ", "bttghhddrzsʃsdtzgfkklmnhwypʃggkyf", strict=True))
    | dict.fromkeys("اأإآٱىءئؤعة")
)
_ALEFS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"})
_LATIN_CONSONANTS = _rules(
    ("x", "ks"), ("tch|tsh|sch|sh|ch", "ʃ"), ("kh", "h"), ("gh|dj|zh|j", "g"), ("th", "t"), ("dh", "d"),
    ("ph|v", "f"), ("[qc]", "k"), ("^ou(?=[aei])", "w"),
)  # fmt: skip
# One sound, many spellings: Russian names in English, French and German letters above all. Order matters.
_SOUNDS = _rules(
    ("x", "ks"), ("shch|chtch|schtsch|tsch|tch|sch|sh|ch", "ʃ"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("ck|q|c(?![eiy])", "k"), ("c", "s"), ("tz", "ts"), ("w", "v"), ("(?<=[oe])ff?$", "v"),
    ("gu(?=[eiy])", "g"), ("ou|oo", "u"), ("[yi]+(?=[aeou])", ""), ("[yi]+", "i"), (r"(.)\1+", r"\1"),
    ("(?<=..[nr])e$", ""),
)  # fmt: skip


def words_of(name: str) -> Iterator[str]:
    """The words of a name in small letters, Chinese parted from other writing, apostrophes and accents gone."""
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).translate(_INSIDE)
    spaced = "".join(" " if unicodedata.category(c)[0] in "PZCS" else c for c in composed)
    for word in spaced.split():
        for run in re.findall(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+", word):
            # Cyrillic keeps its marks until it is romanised: й is no и.
            if bare := run.translate(_CYRILLIC) if is_cyrillic(run) else _bare(run):
                yield _bare(bare)


def plain(name: str) -> str:
    """A name as it is compared exactly: no case, accents, punctuation or order. Empty when nothing is left."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    spaced = "".join(" " if unicodedata.category(c)[0] in "PZC" else c for c in decomposed)
    return " ".join(sorted(_bare(spaced).split()))


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_WHOLE_LETTERS)


def is_cyrillic(word: str) -> bool:
    return any("\u0400" <= c <= "\u04ff" for c in word)


def is_arabic(word: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" for c in word)


def is_chinese(word: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" for c in word)


def arabic_spelling(word: str) -> str:
    """An Arabic word without its article and without the differences of its alefs, yas and final tas."""
    spelled = word.translate(_ALEFS)
    return spelled.removeprefix("ال") if len(spelled) > len("ال") + 1 else spelled


def sounds_of(word: str) -> frozenset[str]:
    """How a Latin word may sound, in one spelling each: a j is that of Jukov or of Julia, Fyodor may be Fedor."""
    read = {word, re.sub("j(?=[aeiou]|$)", "y", word), word.replace("yo", "e")}
    return frozenset(_replaced(one, _SOUNDS) for one in read)


def skeleton_of(word: str) -> str:
    """The consonants by which a word in Arabic letters meets the same one in Latin letters."""
    if is_arabic(word):
        # ʿabd and the name after it are one; the article between them is sounded in many ways and says nothing.
        spelled = re.sub("^عبد(ال)?(?=.)", "عبد", word)
        bones = spelled.translate(_ARABIC_CONSONANTS)
    else:
        bare = re.sub("^[ae]l(?=.{4})", "", word)  # the article, as `arabic_spelling` drops it
        bones = re.sub("[aeiou]", "", _replaced(bare, _LATIN_CONSONANTS))
    bones = bones[:1] + re.sub("[wy]", "", bones[1:])
    bones = re.sub(r"(.)\1+", r"\1", bones)
    bones = bones.removesuffix("h") or bones
    return re.sub("^bdl(?=.)", "bd", bones)


def _replaced(word: str, rules: Rules) -> str:
    for pattern, said in rules:
        word = pattern.sub(said, word)
    return word

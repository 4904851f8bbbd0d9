"""By language, what tells the end of a sentence: abbreviations, ordinals, opening quotes.

Abbreviations are written without the stop at their end, in lower case. Single letters, and such
with stops between them ("z. B.", "U.S."), are initials in every language and not listed. Words that
are abbreviations now and then are left out: "me" is French for more than "maître".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """What stands around a stop that ends no sentence, and around one that does."""

    abbreviations: frozenset[str] = frozenset()  # they keep their stop whatever follows
    before_numbers: frozenset[str] = frozenset()  # they keep it before a digit alone
    # whether a stop after a number makes it an ordinal, as in "3. Oktober" and "Ludwig XIV."
    has_ordinals: bool = False
    opening: str = "\"'“‘«([{"  # what a sentence may begin with, besides capitals and digits
    closing: str = "\"'”’»)]}」』）】》"  # what may stand between its stop and the space after it


# fmt: off
_ENGLISH = SentenceRules(
    # titles and the like, which a capital letter or a digit follows inside a sentence
    abbreviations=frozenset([
        "mr", "mrs", "ms", "mx", "dr", "prof", "st", "sr", "jr", "rev", "hon", "messrs", "mme",
        "mlle", "gen", "col", "maj", "capt", "cmdr", "lt", "sgt", "cpl", "adm", "gov", "sen", "rep",
        "pres", "supt", "mt", "ft", "ave", "blvd", "rd", "vs", "etc", "e.g", "i.e", "cf", "viz",
        "al", "ca", "approx", "ed", "eds", "trans", "dept", "univ", "assn", "bros", "inc", "ltd",
        "co", "corp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
        "dec", "a.m", "p.m", "b.c", "a.d",
    ]),
    # these are words or ends of sentences too, unless a number follows
    before_numbers=frozenset([
        "no", "nos", "p", "pp", "vol", "vols", "fig", "figs", "ch", "chap", "sec", "art", "eq",
        "ref", "op",
    ]),
)
_GERMAN = SentenceRules(
    abbreviations=frozenset([
        "hr", "hrn", "fr", "frl", "dr", "prof", "dipl", "ing", "mag", "st", "hl", "jr", "sr", "gen",
        "bzw", "bspw", "ca", "vgl", "usw", "etc", "evtl", "ggf", "sog", "sogen", "z.b", "d.h",
        "u.a", "o.ä", "u.ä", "i.d.r", "s.o", "s.u", "v.a", "z.t", "u.u", "m.e", "z.zt", "zzgl",
        "inkl", "exkl", "einschl", "entspr", "insb", "insbes", "allg", "bes", "urspr", "eigtl",
        "geb", "gest", "verh", "hrsg", "hg", "aufl", "ausg", "übers", "bearb", "jh", "jhd", "jhs",
        "chr", "str", "tel", "max", "min", "mio", "mrd", "tsd", "co", "dt", "engl", "frz", "franz",
        "ital", "lat", "griech", "jan", "feb", "febr", "apr", "jun", "jul", "aug", "sep", "sept",
        "okt", "nov", "dez",
    ]),
    before_numbers=frozenset([
        "nr", "nrn", "bd", "bde", "abb", "abs", "abschn", "art", "kap", "tab", "ziff", "anm",
        "lfg", "op",
    ]),
    has_ordinals=True,
    opening="\"'„‚“‘«»([{",
    closing="\"'“‘”’»«)]}」』）】》",
)
_FRENCH = SentenceRules(
    abbreviations=frozenset([
        "mm", "mme", "mmes", "mlle", "mlles", "mgr", "dr", "drs", "pr", "prof", "st", "ste",
        "sts", "stes", "av", "apr", "j.-c", "ap", "env", "etc", "cf", "c.-à-d", "p.ex", "ex",
        "éd", "éds", "trad", "dir", "coll", "réf", "bd", "boul", "cie", "dép", "hab", "gén", "col",
        "cap", "lt", "tél", "janv", "févr", "juill", "sept", "oct", "nov", "déc",
    ]),
    before_numbers=frozenset([
        "pp", "no", "nos", "vol", "chap", "fig", "art", "al", "fasc", "op",
    ]),
)
_SPANISH = SentenceRules(
    abbreviations=frozenset([
        "sr", "sra", "sres", "sras", "srta", "srtas", "dr", "dra", "dres", "prof", "profa", "lic",
        "ing", "arq", "gral", "cnel", "cap", "tte", "sto", "sta", "mons", "ud", "uds", "vd", "vds",
        "excmo", "excma", "ilmo", "ilma", "p.ej", "ej", "etc", "cf", "cfr", "aprox", "ca", "a.c",
        "d.c", "ee.uu", "ed", "eds", "trad", "coord", "dir", "dpto", "depto", "admón",
        "avda", "av", "apdo", "pl", "tel", "cía", "ltda", "hnos", "ene", "feb", "abr", "jun", "jul",
        "ago", "sept", "oct", "nov", "dic",
    ]),
    before_numbers=frozenset([
        "n.º", "núm", "núms", "pág", "págs", "pp", "vol", "vols", "caps", "fig",
        "figs", "art", "arts", "párr", "op", "km",
    ]),
    opening="\"'“‘«([{¿¡",
)
_ITALIAN = SentenceRules(
    abbreviations=frozenset([
        "sig", "sigg", "sig.ra", "sig.na", "dott", "dott.ssa", "dr", "prof", "prof.ssa", "avv",
        "ing", "arch", "geom", "rag", "on", "sen", "col", "cap", "ten", "mons", "card", "ss",
        "s.ta", "spett", "egr", "gent", "ecc", "etc", "cfr", "es", "p.es", "ad.es", "ca",
        "a.c", "d.c", "v.le", "p.za", "p.zza", "tel", "ed", "edd", "trad", "fam", "f.lli", "s.p.a",
        "s.r.l", "gen", "feb", "apr", "giu", "lug", "ago", "sett", "ott", "nov", "dic",
    ]),
    before_numbers=frozenset([
        "nn", "nr", "num", "pp", "pag", "pagg", "vol", "voll", "capp", "fig",
        "figg", "art", "artt", "tav", "op", "par",
    ]),
)
_PORTUGUESE = SentenceRules(
    abbreviations=frozenset([
        "sr", "sra", "srs", "sras", "srta", "dr", "dra", "drs", "prof", "profa", "prof.ª", "eng",
        "arq", "gen", "cel", "cap", "ten", "sto", "sta", "mons", "exmo", "exma", "ilmo",
        "ilma", "p.ex", "ex", "etc", "cf", "aprox", "ca", "a.c", "d.c", "ed", "eds", "trad", "org",
        "coord", "dir", "depto", "av", "pça", "tel", "cia", "ltda", "jan", "fev", "abr", "jun",
        "jul", "ago", "set", "out", "nov", "dez",
    ]),
    before_numbers=frozenset([
        "n.º", "nº", "núm", "pág", "págs", "pp", "vol", "vols", "caps", "fig",
        "figs", "art", "arts", "op",
    ]),
)
_DUTCH = SentenceRules(
    abbreviations=frozenset([
        "dhr", "mevr", "mw", "mej", "dr", "drs", "prof", "ir", "ing", "mr", "ds", "st", "hr", "jhr",
        "gen", "kol", "kapt", "lt", "bijv", "bv", "d.w.z", "o.a", "m.a.w", "m.n", "i.p.v", "t.o.v",
        "n.a.v", "t.b.v", "a.d.h.v", "z.g", "zgn", "enz", "etc", "e.d", "ca", "plm", "resp", "vgl",
        "cf", "incl", "excl", "evt", "max", "min", "jl", "a.s", "v.chr", "n.chr", "chr", "geb",
        "overl", "red", "uitg", "vert", "afd", "tel", "str", "gebr", "mln", "mld", "jan", "feb",
        "febr", "mrt", "apr", "jun", "jul", "aug", "sep", "sept", "okt", "nov", "dec",
    ]),
    before_numbers=frozenset([
        "nr", "nrs", "no", "blz", "pp", "pag", "dl", "vol", "hfdst", "hst", "fig", "afb",
        "tab", "art", "par", "jg", "op",
    ]),
    opening="\"'“‘«([{„‚",
)
# fmt: on

SENTENCE_RULES = {
    "any": SentenceRules(opening="\"'„‚“‘«([{¿¡"),  # initials alone
    "de": _GERMAN,
    "en": _ENGLISH,
    "es": _SPANISH,
    "fr": _FRENCH,
    "it": _ITALIAN,
    "nl": _DUTCH,
    "pt": _PORTUGUESE,
}

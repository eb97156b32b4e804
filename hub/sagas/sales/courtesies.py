"""Words that ask for nothing: greetings, thanks, good wishes, "please find our order attached".

A sentence is one of them as a whole or not at all; "thank you, but as samples" says more.
"""

from __future__ import annotations

import re
import unicodedata

_GREETING = (
    "hi|hello|dear|greetings|good (?:morning|afternoon|evening|day)|to whom it may concern",
    "hallo|guten (?:tag|morgen|abend)|gruss gott|moin|liebe[rs]?|sehr geehrtes?|sehr geehrter?|werte[rs]?",
    "bonjour|bonsoir|cher|chere|chers",
    "hola|buenos dias|buenas tardes|estimad[oa]s?",
    "buongiorno|buonasera|salve|gentil[ei]|egregi[oa]?|spett ?le",
    "hoi|beste|geachte|goede(?:morgen|middag|n?dag)|dag",
    "hej|hejsan|god (?:morgon|dag|morgen|eftermiddag)|goddag|kaere|basta",
    "hei|moi|terve|hyvaa (?:paivaa|huomenta)|hyva|arvoisa",
    "dzien dobry|witam|czesc|szanown[aiy]|drog[ai]",
    "ola|bom dia|boa (?:tarde|noite)|car[oa]s?|prezad[oa]s?|exm[oa]s?|estimad[oa]s?",
    "dobry den|dobre rano|vazen[aeiy]|ahoj",
)
_ADDRESSED = (
    "mr|mrs|ms|miss|sir|sirs|madam|all|team|colleagues?|ladies|gentlemen|and|or|sales|herrn?|frau|damen|und|herren|team"
    "|kolleg(?:e|en|in|innen)|zusammen|madame|monsieur|messieurs|mesdames|et|equipe|tous|senor(?:es|a|as)?|y|equipo"
    "|signor[aei]?|dott|e|heer|mevrouw|dames|heren|en|collega'?s?|alla|alle|og|och|sanna|kaikki|panie?|panowie|panstwo"
    "|senhor(?:es|a|as)?|sr|sra|srs|pane|pani|panove|damy|dr|ing|prof"
)
_WHOLE = (
    "(?:many |kind )*(?:thanks|thank you)(?: (?:very|so) much| again| in advance| and (?:best|kind) regards)*",
    "(?:with |kind |best |warm |kindest |many )*regards",
    "(?:yours |very )*(?:sincerely|faithfully|truly)",
    "cheers",
    "best wishes",
    "have a (?:nice|good|great) (?:day|weekend|week)",
    "(?:please )?(?:find|see) (?:attached |enclosed |below )?(?:our |the )?(?:purchase )?order(?: attached| below)?",
    "(?:see|please see) (?:attached|enclosed|below)",
    "(?:our |the )?(?:purchase )?(?:order|po) (?:is )?(?:attached|enclosed|below)",
    "we (?:hereby |would like to |wish to )?(?:order|place the following order)(?: the following)?",
    "please supply(?: the following)?",
    "please (?:confirm|acknowledge)(?: receipt)?(?: of (?:this|the|our) order)?(?: by (?:e-?mail|reply|return))?",
    "(?:vielen |besten |herzlichen |schonen )*dank(?: im voraus)?|danke(?: schon| im voraus)?",
    "(?:mit )?(?:freundliche[nr]?|beste[nr]?|viele[n]?|herzliche[nr]?|schone[n]?|liebe) grusse?n?",
    "mfg",
    "hochachtungsvoll",
    "(?:(?:hiermit )?bestellen wir|wir bestellen|bitte liefern sie(?: uns)?)(?: wie folgt| folgende positionen)?",
    "(?:anbei|im anhang|beiliegend)(?: finden sie)?(?: unsere)? bestellung|bestellung (?:anbei|im anhang)",
    "(?:bitte|wir bitten um)(?: (?:um )?(?:eine |ihre )?)?(?:auftrags)?bestatigung(?: (?:der|dieser) bestellung)?",
    "merci(?: beaucoup)?(?: d'avance)?",
    "(?:bien )?cordialement",
    "(?:meilleures |sinceres )?salutations(?: distinguees)?",
    "veuillez trouver (?:ci-joint|ci-dessous) notre commande|(?:notre )?commande ci-jointe",
    "(?:muchas )?gracias(?: de antemano)?",
    "(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?",
    "atentamente",
    "adjunto (?:encontrara )?nuestro pedido",
    "grazie(?: mille)?(?: in anticipo)?|(?:cordiali|distinti) saluti|in allegato (?:il )?nostro ordine",
    "(?:hartelijk |alvast )?(?:dank|bedankt)",
    "(?:met )?vriendelijke groet(?:en)?",
    "mvg",
    "bijgaand onze (?:bestelling|order)",
    "tack(?: sa mycket| pa forhand)?",
    "(?:med )?(?:vanlig[a]?|basta|vennlig|venlig) h(?:alsning|alsningar|ilsen)",
    "mvh",
    "tak(?: pa forhand)?",
    "(?:med )?(?:venlige?|bedste) hilsen(?:er)?|(?:vedhaeftet|hermed) (?:er )?vores (?:ordre|bestilling)",
    "kiitos(?: etukateen)?|(?:ystavallisin )?terveisin|(?:ystavalliset )?terveiset|liitteena tilauksemme",
    "dziekuj[ea](?: z gory)?|(?:z )?(?:powazaniem|pozdrowieniami)|pozdrawiam|w zalaczeniu (?:nasze )?zamowienie",
    "(?:muito )?obrigad[oa](?: desde ja)?",
    "(?:com os )?(?:melhores )?cumprimentos",
    "atenciosamente",
    "segue (?:em anexo )?(?:a |o )?nossa? (?:encomenda|pedido)",
    "(?:predem )?dekuj[ie](?: predem)?|s (?:pozdravem|uctou)|(?:v priloze )?(?:zasilame )?nasi objednavku",
)
_HAILED = re.compile(rf"(?:{'|'.join(_GREETING)})(?:[ ,]+(?:{_ADDRESSED}))*(?P<name>(?:[ ,]+[^\s,]+){{0,2}})")
_SAID = re.compile("|".join(f"(?:{each})" for each in _WHOLE))
_ENDS = re.compile(r"[.!?](?=\s|$)|[\n\r;]+")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "’": "'", "´": "'"})


def folded(text: str) -> str:
    """Words to compare by: small letters without marks, one blank between them, no punctuation around."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return re.sub(r"\s+", " ", bare).strip(" \t.,:;!?-–—*_=|/\\()[]\"'")


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that have a letter or a figure."""
    found = []
    for each in _ENDS.split(text.replace("Spett.", "Spett ")):
        said = " ".join(each.split())
        if any(map(str.isalnum, said)):
            found.append(said)
    return found


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence asks for nothing at all. A greeting may name somebody: two words at most, and no number."""
    said = folded(sentence)
    hailed = _HAILED.fullmatch(said)
    if hailed is None:
        return _SAID.fullmatch(said) is not None
    name = hailed["name"].replace(",", " ").split()
    return _SAID.fullmatch(" ".join(name)) is not None or _is_name(name, sentence)


def _is_name(words: list[str], sentence: str) -> bool:
    capitals = {folded(each) for each in sentence.split() if each[:1].isupper()}
    return all(word.strip(".").replace("-", "").replace("'", "").isalpha() and word in capitals for word in words)

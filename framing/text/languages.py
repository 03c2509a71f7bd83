"""What the splitter knows of a language: its common words, and the abbreviations whose stop ends no sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from framing.errors import InputError, unknown

# A language is guessed from the beginning of a document.
GUESSED_CHARACTERS = 2_000


@dataclass(frozen=True)
class Language:
    """One language.

    Parameters
    ----------
    name
        Its code, ISO 639-1.
    words
        Its common words, in lower case. They tell the language, and a capitalised one after an abbreviation begins
        a sentence ("in den EE. UU. El ...").
    titles
        Abbreviations that stand before a name or another word, so that their stop ends no sentence ("Sr.", "bzw.").
    numbered
        Abbreviations whose stop ends no sentence before a number ("art. 5").
    abbreviations
        Abbreviations that may stand at the end of a sentence, too ("etc.", "Mio.").
    ordinals
        A pattern of words after which a number with a stop is an ordinal ("am 3. Mai").
    months
        Words before which it is one.
    """

    name: str
    words: frozenset[str]
    titles: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    ordinals: str = ""
    months: str = ""

    @cached_property
    def splitter(self) -> Any:
        """A tokenizer of nupunkt: for English its own model, else one that knows the words above."""
        import nupunkt

        if self.name == "en":
            return nupunkt.load_default_model()
        from nupunkt.core.constants import ORTHO_BEG_LC
        from nupunkt.core.parameters import PunktParameters

        known = PunktParameters(abbrev_types=set(self.titles | self.abbreviations))
        known.ortho_context.update({word: ORTHO_BEG_LC for word in self.words if len(word) > 1})  # "A." is an initial
        return nupunkt.PunktSentenceTokenizer(known, include_common_abbrevs=False)

    @cached_property
    def _open_end(self) -> re.Pattern[str]:
        """What stands at the end of a text that goes on, whatever follows."""
        if self.name == "en":  # a rank before a name or another rank ("a Lt. Col. of the coast guard")
            return re.compile(r"\b(?:Adm|Brig|Capt|Cmdr|Col|Cpl|Gen|Lt|Maj|Sgt)\.\s*$")
        titles = _final(self.titles)
        return re.compile(f"{titles}|(?<!\\w)(?i:{self.ordinals})\\s\\d{{1,3}}\\.\\s*$" if self.ordinals else titles)

    @cached_property
    def _open_before_number(self) -> re.Pattern[str]:
        return re.compile(_final(self.numbered))

    def for_splitter(self, paragraph: str) -> str:
        """Return a paragraph as the splitter should see it, of the same length: German quotes close with another's."""
        return paragraph.translate(_GERMAN_QUOTES) if self.name == "de" else paragraph

    def goes_on(self, before: str, after: str) -> bool:
        """Whether the text after a stop belongs to the sentence before it."""
        first = after.lstrip()[:1]
        if first.islower() or (not first.isalnum() and _REST.match(after)) or self._open_end.search(before):
            return True
        if self.numbered and _NUMBER.match(after) and self._open_before_number.search(before):
            return True
        return bool(self.months) and bool(re.match(self.months, after)) and bool(_ORDINAL.search(before))


_GERMAN_QUOTES = str.maketrans("„“»«", '""""')
# A closing mark or a comma begins no sentence ('"Who gains?", the paper asked').
_REST = re.compile(r"\s*(?:[»”’)\]]|[\"“]?\s?[,;:])")
_NUMBER = re.compile(r"\s*(?:\d|[IVXLCDM]+\b)")
_ORDINAL = re.compile(r"(?<!\S)\d{1,2}\.\s*$")


def _final(abbreviations: frozenset[str]) -> str:
    """Return a pattern for one of these at the end of a text."""
    longest_first = sorted(abbreviations, key=len, reverse=True)
    return r"(?i:(?<![^\W_])(?:" + "|".join(map(re.escape, longest_first)) + r")\.\s*$)"


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LANGUAGES = (
    Language(
        "en",
        words=_set("""
            a about according after all also although among an and are as at back be because been before both but by
            can could despite during each even every few for from had has have he her here his how however i if in into
            is it its just last many may meanwhile more most my no nobody not nothing now of on once one only or other
            our over she should since so some still such than that the their them then there these they this those
            though three to today two under until was we were what when where which while who why will with would yet
            you your"""),
        titles=_set("mr mrs ms messrs dr prof st rev hon gov sen rep gen lt col capt sgt adm maj no vs approx"),
    ),
    Language(
        "es",
        words=_set("""
            a además ahora al algunos allí antes así aunque ayer bajo cada casi como con contra cuando cómo de del desde
            después dice dijo donde dos durante e el ella ellas ellos en entonces entre era eran es esa ese eso esta
            estas este esto estos están está fue fueron ha habrá había hace han hasta hay hoy la las le les lo los luego
            mientras mucho muchos muy más nada nadie ni ninguno no nos nosotros nunca o otra otras otro otros para pero
            poco por porque pues que quien quién qué se según ser será si siempre sin sino sobre solo son su sus sí
            también tampoco tanto te tiene todas todavía todo todos tras tres tu un una unas uno unos usted ya yo y"""),
        titles=_set("""
            sr sra srta sres sras srtas dr dra dres dras prof profa dña gral cnel cmdte sto sta mons excmo excma ilmo
            ilma hno hna lic av avd avda ej vs ss mm rvdo"""),
        numbered=_set("núm núms nº n.º no nro nros pág págs pag art arts cap caps fig figs vol vols p pp tel"),
        abbreviations=_set("""
            etc ee.uu ee uu ud uds vd vds a.c d.c a.m p.m j.c s.a s.l s.r.l s.a.s s.m ss.mm cía inc ltd aa ff rr dd hh
            mill izq dcha dpto depto admón gob bco ing arq col cte alm tte ed aprox máx mín seg min ene feb abr ago
            sept sep oct nov dic"""),
    ),
    Language(
        "de",
        words=_set("""
            ab aber alle allerdings als also am an auch auf aus außerdem bei beide bis bisher da dabei dadurch dafür
            dagegen daher damals damit danach dann daran darauf darum das dass dazu dem den denn dennoch der deren des
            deshalb dessen die dies diese diesem diesen dieser dieses doch dort durch ebenso ein eine einem einen einer
            eines einige er erst es etwa für gegen gestern haben hat hatte heute hier hinter ich ihm ihn ihr ihre im
            immer in inzwischen ist ja jede jeder jetzt kann kein keine man manche mehr mehrere mit nach nachdem nicht
            nichts niemand noch nun nur ob obwohl oder ohne schon seit sein seine seit sich sie sind so sogar soll
            sondern trotz trotzdem und uns unter viele vom von vor war waren warum was weil weitere wenn wer werden wie
            wieder wir wird wo zu zudem zuerst zuletzt zum zur zwar zwei zwischen über"""),
        titles=_set("""
            dr prof hr fr hrn dipl ing st vgl ca bzw bspw sog inkl exkl zzgl abzgl rd evtl ggf insb insbes ehem geb
            allg hl hrsg vors stv präs mr mrs ms vs fa"""),
        numbered=_set("nr nrn art abs abschn kap bd s ziff lit abb tab fig tel"),
        abbreviations=_set("""
            a.d z.b d.h u.a u.a.m v.a o.ä o.g s.o s.u i.d.r i.e m.e z.t z.zt e.v h.c usw etc bes mio mrd tsd mill std
            min sek jh jhd jhdt jahrh str inc ltd n.chr v.chr chr jr jan feb aug sept okt nov dez gem gen max kath ev
            dt engl frz russ amerik brit röm sen verf"""),
        ordinals=r"am|vom|zum|zur|bis|der|die|das|dem|den|des|ab|seit|im|beim|seine[mnrs]?|ihre[mnrs]?|"
        r"diese[mnrs]?|jede[mnrs]?|eine?[mnrs]?",
        months=r"\s*(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
        r"Jahrhundert|Jahrtausend|Bundesliga|Liga|Weltkrieg)\b",
    ),
    Language(
        "fr",
        words=_set("""
            ainsi alors après au aucun aujourd aussi autre autres aux avant avec car ce cela celle celui ces cet cette
            ceux chaque chez comme contre d dans de depuis des deux donc du dès elle elles en encore enfin ensuite entre
            est et eux hier ici il ils j jamais je l la le les leur leurs lors lui là mais malgré mes moins même n ne ni
            non nos notre nous on ont or ou où par parce parmi pas pendant personne peu plus plusieurs pour pourquoi
            pourtant près puis qu quand que quelques qui quoi rien s sa sans selon ses seul si soit son sont sous sur
            tandis tous tout toute toutes trois très tu un une vers voici voilà vos votre vous à était été"""),
        titles=_set("m mm mme mmes mlle mlles dr drs pr prof mgr st ste gén env cf vs boul bd av"),
        numbered=_set("art no nos n p pp vol chap fig tél al"),
        abbreviations=_set("""
            etc av.j.-c j.-c apr.j.-c s.a s.a.r.l s.a.s cie sté md mds mio mrd c.-à-d janv févr juil sept oct nov déc
            inc ltd hab dép col cap cdt lt éd"""),
    ),
    Language(
        "pt",
        words=_set("""
            a agora ainda além alguns antes ao aos apenas após aqui as assim até cada com como contra da das de depois
            desde diz do dois dos durante e ela elas ele eles em embora enquanto entre era essa esse esta estava este
            está eu foi foram há isso isto já lhe lá mais mas mesmo muito muitos na nas nem nenhum ninguém no nos nossa
            nunca não nós o onde ontem os ou outra outras outro outros para pela pelas pelo pelos pois por porque
            porém quando que quem se segundo sem sempre ser será seu seus sob sobre sua suas são só também tem todas
            todos tudo um uma umas uns você à às é"""),
        titles=_set("""
            sr sra srs sras srta dr dra drs dras prof profa profª exmo exma eng gen cel sto sta av vs"""),
        numbered=_set("nº n.º n núm art arts pág págs p pp fig vol cap tel"),
        abbreviations=_set("""
            etc s.a ltda cia inc ltd a.c d.c a.m p.m v.exa v.s.ª mi bi tri jan fev abr jun jul ago set nov arq maj ten
            d r aprox"""),
    ),
    Language(
        "it",
        words=_set("""
            a agli ai al alcuni all alla alle allo allora anche ancora anzi che chi ci ciò come con contro così cui da
            dagli dai dal dall dalla dalle dallo degli dei del dell della delle dello di dopo dove due dunque durante e
            ed egli era erano essere fino fra già gli ha hanno i ieri il in infatti infine inoltre intanto invece io l
            la le lei li lo loro lui ma mentre mi molti molto ne negli nei nel nell nella nelle nello nessuno niente noi
            non nulla o oggi ogni oppure ora per perché perciò però più poi prima qualche quando quanto quasi quello
            questa queste questi questo qui quindi se secondo sempre senza si sia solo sono sopra sotto sta su sua sue
            sugli sui sul sull sulla sulle suo suoi tra tre troppo tutte tutti tutto un una uno vi voi è"""),
        titles=_set("""
            sig sig.ra sig.na sigg dott dott.ssa dr prof prof.ssa avv mons v.le p.zza p.za vs cfr"""),
        numbered=_set("n nn nr num art artt pag pagg p pp cap fig vol tel"),
        abbreviations=_set("""
            ecc etc a.c d.c s.p.a s.r.l s.n.c s.a.s inc ltd mln mld mrd es p.es gen feb apr giu lug ago sett ott nov
            dic ing arch on sen min col ten ca"""),
    ),
    Language(
        "ar",
        words=_set("""
            في من على إلى عن مع أن إن هذا هذه ذلك تلك التي الذي الذين كان كانت قد لم لن لا ما هو هي هم كل بعد قبل بين
            حتى أو ثم لكن كما عام يوم عند منذ خلال حول ضد أي هل وفي ومن وقال قال وقد وكان ولم ولا"""),
        titles=_set("د أ م أ.د"),
        numbered=_set("ص"),
        abbreviations=_set("ق.م إلخ الخ"),
    ),
)
LANGUAGES = {language.name: language for language in _LANGUAGES}


def guess_language(text: str) -> str:
    """Guess the language of a text from its common words.

    Returns
    -------
    str
        One of ``LANGUAGES``; ``"en"`` where no other language has more of its common words in the text.

    Examples
    --------
    >>> guess_language("Der Vertrag gilt ab dem 3. Mai."), guess_language("Un puerto con radar"), guess_language("港口")
    ('de', 'es', 'en')
    """
    found = set(text[:GUESSED_CHARACTERS].lower().split())
    hits = {name: len(found & language.words) for name, language in LANGUAGES.items()}
    best = max(hits, key=lambda name: hits[name])  # the first of equals, and English is the first of all
    return best if hits[best] else "en"


def language_of(text: str, language: str | None = None) -> Language:
    """Return what is known of a language; of the text's own where none is named.

    Raises
    ------
    InputError
        No such language.
    """
    name = language or guess_language(text)
    if name not in LANGUAGES:
        raise InputError(f"{unknown('language', name, LANGUAGES)}, or None to guess it")
    return LANGUAGES[name]

"""Words by which English attributes content to somebody, by the kind of attribution."""

from __future__ import annotations


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAY = _all("""
    say tell add write announce declare state note explain argue claim insist warn report suggest assert maintain
    contend acknowledge admit concede confirm deny stress emphasize emphasise underline underscore remark observe
    comment reply respond answer ask recall reveal disclose testify tweet post joke quip boast complain lament caution
    predict promise pledge vow reiterate repeat allege accuse charge conclude continue describe call mention point
    recount relate retort shout chant whisper mutter proclaim pronounce signal indicate imply hint cite quote counter
    urge advise recommend propose demand stipulate elaborate interject inform assure remind blog opine muse affirm
    reaffirm swear attest brag exclaim forecast estimate project show find read denounce condemn criticize criticise
    praise slam blast hail decry dismiss reject mock tout brand label dub characterize characterise portray depict
    blame attack defend endorse welcome applaud echo protest pray sing thank congratulate apologize apologise convince
    persuade pitch
""")
THINK = _all("""
    think believe feel know consider see view regard expect assume suppose suspect reckon understand realize realise
    imagine guess judge deem doubt wonder agree disagree hold learn remember recognize recognise decide conclude
    anticipate envision envisage interpret perceive calculate figure bet question mean ponder
""")
FEAR = _all("fear worry dread concern despair regret mourn resent bristle fret")
WANT = _all("""
    want hope wish seek plan intend prefer like favor favour oppose support aim desire aspire long crave try refuse
    decline threaten offer agree back embrace resist object insist press push need hate love admire respect trust
""")
VERBS = SAY | THINK | FEAR | WANT
# Verbs whose clause or quotation is nearly always what somebody says.
SURE = _all("""
    say tell add write announce declare note explain argue claim insist warn assert maintain contend acknowledge admit
    concede stress emphasize remark reply respond testify tweet joke complain caution reiterate allege recall believe
    think fear worry predict promise vow suggest report continue ask state conclude
""")
NOUNS = _all("""
    claim warning statement belief fear worry concern view opinion assertion argument allegation accusation promise
    pledge vow call demand suggestion proposal hope expectation doubt suspicion insistence complaint criticism
    prediction forecast estimate conclusion contention announcement remark comment word message testimony admission
    denial threat report idea notion conviction feeling impression sense position stance assessment perception
    confidence decision plan refusal support opposition description explanation reminder confession hint charge
    attack question answer response rumor rumour speculation
""")
ADJECTIVES = _all("""
    confident sure certain convinced worried concerned afraid fearful hopeful optimistic pessimistic skeptical
    sceptical aware glad happy sorry proud angry doubtful adamant clear wary unsure uncertain pleased disappointed
    surprised shocked alarmed anxious suspicious nervous uneasy jubilant critical supportive eager willing ready
    unwilling reluctant determined opposed uncomfortable outraged frustrated upset furious
""")
# What speaks though it is no person.
DOCUMENTS = _all("""
    poll survey report study statement letter article document filing lawsuit memo analysis data email e-mail tweet
    post ad advertisement transcript book essay editorial release website record research paper figure list video
""")
ADVERBS = _all("reportedly allegedly supposedly purportedly apparently presumably")
MALE = _all(
    "mr sir king prince father son brother husband congressman chairman spokesman businessman he his him himself"
)
FEMALE = _all("""
    mrs ms miss lady queen princess mother daughter sister wife congresswoman chairwoman spokeswoman businesswoman
    she her hers herself actress
""")
PRONOUNS = {
    **dict.fromkeys(("he", "his", "him", "himself"), ("m", "s")),
    **dict.fromkeys(("she", "her", "hers", "herself"), ("f", "s")),
    **dict.fromkeys(("they", "their", "them", "themselves", "theirs"), ("", "p")),
    **dict.fromkeys(("it", "its", "itself"), ("n", "s")),
    **dict.fromkeys(("i", "me", "my", "we", "us", "our", "you", "your"), ("1", "?")),
}
# Who stands for the author, outside quotations.
AUTHORS = _all("i we me us my our you your")
FIRST = _all("i we me us my our")
# What neither speaks nor thinks, though it may be the subject of "suggest" or "seem".
ABSTRACT = _all("""
    absence advantage aim approach attempt authenticity case cause chance change circumstance condition conflict
    consequence cost crisis danger deal decision delay desire development difference difficulty disaster effect effort
    election event example experience fact failure feature future goal growth hope idea image incident intention issue
    lack logic loss matter moment move notion one option outcome past pattern peace point policy possibility practice
    presence pressure price problem progress prospect purpose question reality reason result risk role scene shift sign
    signal silence situation stakes step story strategy success symptom talk temptation tendency theme thing threat
    timing tone trend truth turn value verb victory war way weather word
""")
# The nouns of "in X's view", "in the words of X".
VIEWS = _all("""
    view opinion word eye mind telling account estimate judgment judgement reckoning count figure reading version
    assessment analysis calculation
""")
# The verbs of "as X sees it".
SEEING = _all("see put tell have say explain describe understand")
# How something is to somebody: "to many it sounded as if".
SEEMING = _all("seem sound look appear suggest signal smack matter mean")
# In the names of institutions.
GROUPS = _all("group company inc corp ltd news times post house kremlin pentagon senate congress team nations states")
# What may stand between a subject and its verb.
BETWEEN = _all("""
    also later then still has have had would will could may might did do does not never is was are were been be
    recently reportedly repeatedly publicly previously once often further again even just already
""")
# What a noun phrase begins with.
STARTS = _all("the a an his her their its some many few several most other")

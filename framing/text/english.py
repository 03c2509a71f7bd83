"""Words of English that a simple grammar needs: those that are no noun, those that name nothing in particular."""

from __future__ import annotations


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _word_set("""
    a an another any both each every her his its many my no our several some that the their these this those your
""")
# After the first of these, a noun is a verb; before the second, one that ends in s after a name.
BEFORE_VERBS = _word_set("""
    also can can't cannot could couldn't did didn't do does doesn't don't he i it let's may might must not shall she
    should they we which who will won't would wouldn't you
""")
AFTER_VERBS = DETERMINERS | _word_set("him them us me it himself themselves itself")
# Prepositions that keep two noun phrases together as one matter ("sanctions on Russia").
JOINING = _word_set("on of with to against for in over")
FUNCTION_WORDS = DETERMINERS | _word_set("""
    a.m about above according across after again against ago all almost alone along already also although always am
    amid among amongst amp and anybody anyone anything anyway are aren't around as aside at away back be became because
    become been before behind being below beneath beside besides between beyond both but by can can't cannot could
    couldn't dear despite did didn't do does doesn't doing don't done down dr due during e.g eg either else enough
    especially etc even ever everybody everyone everything except far few fewer for from further get gets getting got
    had hadn't has hasn't have haven't having he he'd he'll he's hence here hers herself him himself how however i i'd
    i'll i'm i've i.e ie if in indeed inside instead into is isn't it it'd it'll it's itself just least less let let's
    like likely madam many may maybe me meanwhile might mine more moreover most mr mrs ms much must myself near neither
    never nevertheless nobody none nonetheless nor not nothing now nowhere of off often oh ok okay on once only onto or
    other others otherwise ought ours ourselves out outside over p.m per perhaps please pm quite rather same shall
    shan't she she'd she'll she's should shouldn't since sir so somebody somehow someone something sometimes somewhat
    somewhere soon still such than thank thanks that's theirs them themselves then there there's thereby therefore they
    they'd they'll they're they've though through throughout thus till to today together tomorrow tonight too toward
    towards under unless unlike until unto up upon us usually versus very via vs was wasn't we we'd we'll we're we've
    well were weren't what what's whatever when whenever where whereas wherever whether which while who who's whoever
    whole whom whose why will with within without won't would wouldn't yes yesterday yet you you'd you'll you're you've
    yours yourself yourselves
""")
# Numbers, quantities, dates.
QUANTITIES = _word_set("""
    afternoon am amount amounts apr april aug august autumn average barrel barrels billion billions bit bn cent cents
    centuries century couple day days dec decade decades december dollar dollars dozen dozens eight eighteen eighth
    eighty eleven euro euros evening feb february fifteen fifth fifty first five forty four fourteen fourth fri friday
    gmt half handful hour hours hundred hundreds jan january jul july jun june kilometer kilometers kilometre
    kilometres km lot lots majority mar march may metre metres midnight mile miles million millions minute minutes
    moment moments mon monday month months morning night nine nineteen ninety ninth noon nov november number numbers
    oct october one pair pct per-cent percent percentage plenty pm pound pounds quarter quarters range rest rmb sat
    saturday second sep sept september series seven seventeen seventh seventy six sixteen sixth sixty spring summer sun
    sunday ten tenth third thirds thirteen thirty thousand thousands three thu thursday ton tonne tonnes tons total
    trillion trillions tue tuesday twelve twenty two usd wed wednesday week weekend weeks winter year years zero
""")
# Adjectives and adverbs that say nothing of which matter it is: they end a phrase as a stop word does.
EMPTY_ADJECTIVES = _word_set("""
    able aboard abroad actual additional afraid ahead alike alive alleged ambitious annual apart apparent appropriate
    arbitrary ashore asleep available aware bad basic best better big bigger biggest brief broad broader certain clear
    close closer common complete concrete considerable consistent constant correct critical crucial current daily dead
    deep deeper different difficult direct double eager earlier early easy effective elsewhere entire essential evident
    exact excellent existing expected extra extraordinary fair familiar famous fast final fine firm following formal
    former forth forward frequent fresh full fundamental general genuine glad good grateful great greater greatest
    growing guilty half happy hard heavy high higher highest honest huge immediate important impossible impressive
    inclusive increasing independent initial interesting joint keen key known large larger largest last late later
    latest lead leading left little long long-term longer low lower lowest main major massive mere minor modern mutual
    necessary new newer newest next nice non normal northward notable numerous obvious old older oldest ongoing only
    open ordinary original overall own particular past perfect permanent personal poor popular possible potential
    powerful practical present pretty previous primary proper proposed proud pursuant quick rapid rare ready real
    recent regular related relevant remaining remarkable responsible right rough secure senior separate serious several
    severe sharp short short-term significant similar simple single slight slow small smaller smallest so-called soft
    sorry special specific steady strange strong stronger strongest substantial sudden sufficient suitable sure talking
    tangible temporary terrible thorough thrice top total tough traditional triple true twice typical ultimate unable
    unclear unique unlikely unprecedented upcoming urgent useful usual various vast vital weak weaker wide wider
    willing wonderful working worse worst worth worthy wrong young younger
""")
# Verbs that are hardly ever nouns; their forms are made below. Others (plan, attack) tell by their neighbours.
_VERBS = _word_set("""
    accept accompany accuse achieve acknowledge acquire add adopt affect agree allege allow annex announce appear apply
    appoint appreciate approve argue arise arrange arrest arrive ask assert assess assign assist assume assure attend
    attract avoid await base become beg begin behave believe belong blame blast boast bolster boost borrow break bring
    build buy calculate carry celebrate characterize cite clarify collect combine come commence commit compare compel
    complain comply comprise conceal concede conclude condemn conduct confess confirm confront congratulate consider
    consist constitute construct consult contain contend continue contribute convey convince cooperate cope create
    criticise criticize curb decide declare deem defend define defy delete deliver demonstrate deny depart depend
    deploy deprive derive describe deserve destroy detain deteriorate determine develop devote dictate die differ
    diminish disagree disappear discover discuss dismiss disrupt distribute diversify divide donate draw drive drop
    earn ease eat elect eliminate embrace emerge emphasise emphasize employ enable enact encourage endorse enforce
    enhance enjoy ensure enter entitle equip erode establish evaluate evolve exceed exclude exist expand expect explain
    exploit expose express extend facilitate fail feel find finish flee fly follow forbid forget forgive fulfil fulfill
    gather generate get give go govern grab grow hail happen hear help hesitate hide highlight hit hold ignore
    illustrate imagine implement imply impose impress improve include incorporate incur indicate inform inherit
    initiate insist install instruct integrate intend interpret introduce invade invest invite involve join justify
    keep kill know lag lay lead learn leave lend lie listen live locate look lose maintain make manage mean meet
    mention migrate modernize mourn negotiate nominate note obey oblige observe obtain occupy occur offend omit operate
    oppose overcome overlook oversee owe participate pay perceive perform permit persist persuade point portray possess
    postpone predict prefer prepare preserve pretend prevail prevent proceed proclaim promote prosecute protect prove
    provide provoke publish pull pursue push put quell quit quote raise reach react read reaffirm realise realize
    recall receive recognise recognize recommend reconcile recover recruit reduce refer reflect refuse regain regard
    reiterate reject rely remain remember remind remove render renew repeat replace reply represent require rescue
    resist resolve respond restore restrict resume retain retire reveal revise revive run satisfy save say see seek
    seem seize select sell send separate serve settle shape shoot show shut sign sit slam solve speak specify spend
    spread spur stand start stay steal stem step stop strengthen stress strive submit succeed suffer suggest suit
    summon suppose surround survive suspend sustain swear take teach tell tend testify think threaten throw tolerate
    touch tout transform translate travel treat trigger try turn undergo underline undermine underscore understand
    undertake unify unite uphold urge use utilize vary view violate vow wait wake want warn weaken wear welcome win
    wish withdraw witness wonder worry worsen write
""")
_IRREGULAR = _word_set("""
    ate become been began begun born borne bought bound broke broken brought built came caught chose chosen cost dealt
    did does done drawn drew driven drove fallen fell felt fled flew forgave forgot forgotten fought found gave gets
    given goes going gone gonna grew grown had has heard held hid hung hurt kept knew known laid lain lay led left lent
    let lost made meant met overcame oversaw overseen paid put quit ran read risen rose said sank sat saw saying says
    seen sent set shot showed shown shut slept slid sold sought spent split spoke spoken spread stole stolen stood
    struck stuck sunk swept swore sworn swung taken taught thought threw thrown told took torn understood undertaken
    undertook underwent upheld wanna was went wept were withdrawn withdrew woke won wore worn wound written wrote
""")


def _forms(verb: str) -> set[str]:
    """Return what a verb looks like in a text: the regular forms, with a consonant doubled or not."""
    stem = verb.removesuffix("e")
    third = f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"
    third = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "o")) else third
    past = f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{stem}ed"
    return {verb, third, past, f"{stem}ing", f"{verb}{verb[-1]}ing", f"{verb}{verb[-1]}ed"}


# The forms in -ing that are nouns as often as not.
_NOUNS_IN_ING = _word_set(
    "meeting building beginning feeling hearing finding spending funding understanding writing turning"
)
VERBS = (frozenset(form for verb in _VERBS for form in _forms(verb)) | _IRREGULAR) - _NOUNS_IN_ING
# Nouns that are verbs after "to".
NOUNS_AND_VERBS = _word_set("""
    access account address aid aim answer approach arm attack back balance ban bar battle benefit bid block bomb boost
    border call campaign care challenge change charge check claim clash collapse compromise concern conduct contact
    contest contract control cost counter cover crack damage deal debate defeat delay demand deport design discount
    dispute dominate doubt drill drop escape estimate exercise experience export face favor favour fear fight finance
    fine fire force form free freeze fuel function fund gain grant guarantee guard hack handle harm head heal help hold
    honor honour hope host house impact import incentivize influence issue join judge lack land launch lift limit link
    lobby march market matter measure merge monitor mount move need note offer order outlaw own park pass phase place
    plan play plot police position practice praise press pressure price process produce profit program project promise
    protest punish purchase question race rally rank rate rebound record reform regulate release repair report request
    research respect rest result review reward risk round rule sanction schedule score search secure service share
    shelter shift ship signal slow smuggle spark sponsor staff stage stand store strike study supply support surge
    surrender talk target tariff tax test thwart time tour track trade train transfer transit trust vaccinate value
    veto visit voice vote weather weigh welcome work
""")
# Words in -ed and -ly that do not end a phrase.
IN_ED_OR_LY = _word_set("""
    allied ally anomaly armed assembly bed belly biased bloodshed breed bully butterfly creed deed depleted displaced
    disputed early-warning elderly embed enriched family fed feed fly greed homily italy jelly july med melancholy
    mixed monopoly need newlywed occupied oligopoly organised organized oversupply privileged protected rally red reply
    seed shed speed steed supply united unmanned weed
""")
# Nouns with the ending of an adjective or a verb.
NOUNS_LIKE_ADJECTIVES = _word_set("""
    adversary airing alternative animal anniversary appeal approval archive arrival arsenal banking betrayal bombing
    borrowing boundary building cable caning capital ceiling cleansing clinic clothing coal commentary conservative
    counterfeiting criminal critic crucible deal denial detective diary dictionary directive dish disposal documentary
    drilling drive dumping engineering epidemic executive fabric farming festival finding fish fishing fracking funding
    fundraising gambling gathering goal hacking hearing hospital housing incentive initiative jamming journal judiciary
    king laundering lending liberal library lightning lobbying logging logic manufacturing material mechanic meeting
    mercenary military mining missionary motive music narrative native nothing nursing objective offering official
    olive outsourcing pandemic panic peacebuilding peacekeeping peacemaking perspective planning policing potential
    processing profiling proposal public radical recycling referral refining refusal removal renewal representative
    republic reshuffling reversal rigging ring rival rubbish ruling salary secondary shipping sightseeing signal
    spending spring spying statistic steel sterling stockpiling string summary survival table terminal testing topic
    trading traffic trafficking training treaty trial tribunal turning understanding uprising vegetable voting warming
    wedding whaling wing wish withdrawal
""")
# Nouns that name nothing a corpus could take sides on, with or without a word before them.
EMPTY_NOUNS = _word_set("""
    abc ability absence accordance account addition address advance advantage advice afp aftermath afternoon aim
    ambition analysis anniversary answer ap appearance applause area array article aspect attention author award
    background bag base basis bbc beginning behalf behest being belief body book bottom box boy brink capacity caption
    case category cause cb chain chance chapter character charge choice circle circumstance citizen click cnn colleague
    com comment comparison concept concern conclusion condition conference confidence consequence consideration contact
    content context contrast cookie cooky copy core corner country couple course cover creation date daughter deal
    degree delivery designate desire detail difference difficulty direction discussion district document door doubt
    dozen eagerness edge editor effect effort element end establishment event evidence example excellency exception
    excuse experience extent eye face fact factor fate favor favour feature feeling field figure file finding floor
    focus foot form frame friend front function future game gentleman gentlemen getty girl goal ground guest guy hall
    hand handful head headline heart heel help history hold home homepage hope host href html http husband idea image
    impact implication importance impression inability inbox incident indication individual information instance
    intention interview issue item keeping kid kind knowledge lack lady leg length letter level lieu lieutenant life
    light likelihood line link list live location login look luck majority man manner matter mean meaning member memory
    men mention message method middle midst mind minority mistake mister mode mood mouth mp name nation nature nbc need
    neighbor neighbour news newsletter note notice notion npr object objective occasion one opinion opportunity option
    organizer outcome outset outskirt page paper paragraph part participant passage password path pattern pdf people
    percent period person perspective phase phone photo photograph phrase picture piece place plight point position
    possibility post practice presence presentation probability problem process progress proof proportion prospect
    province purpose quality question quote reader readiness reality reason recollection reference regard region
    relation remark report respect response rest result return reuter role room round sake scale scenario scene
    schedule scope screen seat section sense sentence set setting shape shoulder show side sight sign situation size
    sky son sort source space speech spirit spite spot spread stage stake standard start state statement status step
    stop story strength style subject subscriber success sum surface surprise table tape task tass tendency term test
    text thank theme thing thought tie time title tone top topic topics track trend trip truth turn type update url
    usage use user username variety verge version video view viewer virtue voice volume wake walk wave way website
    while wife will willingness wish witness woman women word world writer www xinhua yard
""")
# Those who speak in a report, with or without a word before them ("Russian officials").
SPEAKERS = _word_set("""
    adviser advisor agent aide ambassador analyst audience author boss candidate chairman chairperson chairwoman
    chancellor chief commentator commissioner correspondent counterpart critic critics delegate delegation deputy
    diplomat director economist envoy executive expert founder governor head historian hon interviewer investigator
    journalist king lawmaker lawyer leader manager mayor minister mp narrator negotiator observer official owner
    pollster premier president president-elect prime-minister prince princess prof professor prosecutor queen
    rapporteur reporter representative researcher resident respondent scientist secretary senator speaker spokesman
    spokespeople spokesperson spokeswoman staff staffer strategist supporter transcript viewer villager
""")
# Nouns that are a target with a word before them ("the port deal"), and none alone ("the deal").
BARE_NOUNS = _word_set("""
    abuse access accord account accusation achievement act action activity actor administration adult affair age agency
    agenda agreement aid air aircraft airport album allegation alliance ally amendment ammunition anger animal annex
    anniversary announcement apartment app appeal appendix applicant application approach archive area argument arm
    army arrangement arrival arsenal art article artillery assessment asset assistance association attack attacker
    attempt attorney authority avenue baby backbencher backlash bag bail balance ballot bank banker banner barrier base
    basin battalion battle battlefield bay beer beneficiary benefit berth bid bidder bill birth birthday blast blood
    board body bomb bond bonus border borrower bpd brand bread breakfast bridge brief brigade broker brother budget
    builder building bullet burden bureau business buyer cabinet call camera camp campaign candidate cap capability
    capacity capital captain car care career cargo case catastrophe cattle celebration cell center central centre
    ceremony challenge championship change channel chaos chapter charge chart child children chip church citizen city
    civilian claim clash class clause clerk client climate clinic clothes club coach coast code coffee collaboration
    colonel commander commerce commission commitment committee communication communique community commuter company
    competition complaint computer concert conference conflict congressman congresswoman connectivity constituency
    constitution construction consultation consumer container contract contractor contribution control controversy
    convention conversation convoy cooperation coordination corps correspondence corridor cost council county couple
    court credibility creditor crew crime crise crisis criticism crop crowd culture currency curriculum custody
    customer cut damage danger data deal dealer death debate decision declaration decline decrease defence defendant
    defense degree demand department departure dependence detainee developer development device dialogue difficulty
    dignity dinner disaster discount disease dispute dividend division dock doctor document dog donation donor dose
    dossier dream drill drink driver drone drop drought duty earthquake east eastern education electorate electricity
    email employee employer employment enemy energy enforcement engagement enterprise enthusiasm environment episode
    equipment era event exam exchange existence expansion expenditure expense experience expertise explosion export
    exporter facility factory failure faith fall family famine fan farm farmer father fear fee fence field fight
    fighter fighting file filing film finance fire firm fish fisherman flag flat fleet flight flood food force forecast
    forest forum foundation founder framework freedom friendship frontbencher frustration fuel fund funding fundraiser
    funeral gain game gang garden gate gathering general generation giant goal god good governance governor grain grant
    graph ground group growth guard guideline gun gunman harbour harvest hat hatred health hearing heat holiday home
    homework hospital hostility hotel house household human hunger hurdle hurricane impact implementation import
    importance importer incentive income increase indictment individual industry infection influence infrastructure
    initiative injury inmate innovation input inspection inspector institution instrument integration intelligence
    interaction interest internet invasion investigation investment investor invitation involvement island jail jet job
    joke judge jury justice key king kitchen knife labor labour lack lake land landing landlord landowner landscape
    language laptop law lawmaker lawsuit leadership league legacy legend legislator lender length lesson letter
    leverage liberty lie line link loan lobbyist log loop loophole loser loss lunch machine magazine maker management
    mandate manifesto manufacturer map march market marriage massacre match material mayor meal measure meat medal
    meeting membership memo memorandum metal mile militant milk ministry missile mission model momentum money mortgage
    mother motion motive mountain move movement movie mp music myth nation national negotiation neighbor neighbour
    network neutral newspaper north northern novel nurse obligation obstacle ocean offer office officer online
    operation operator opponent order organisation organization output outrage oversight pact pain pandemic parade
    paragraph parent park participation partner partnership party passenger path patient patrol payment peace pensioner
    phone pillar pilot pipeline plaintiff plan plane planet plant platform player plea pledge policy politician poll
    population port portfolio post power praise prayer preamble premium presidency president press pressure price
    primary prince principle priority prison prisoner private probe procedure proceeding producer product production
    profit program programme project promise proponent proposal prosperity protection protest protester provision
    public pupil purchase quarter quay queen race radar radio rain rally rate rebel recipient recollection
    recommendation record recovery reduction refiner reform regime regiment regulation regulator relation relationship
    release reliance religion rent request requirement research reserve reshuffle resident resilience resolution
    resource respect responsibility restaurant restriction result retailer retiree revenue review rhetoric rice rider
    rifle right rise risk rival river road rocket room row rule ruling rumor rumour safeguard safety sailor salary sale
    scandal scheme school science score scrutiny sea season seat secret sector security seller senator sentence
    sentiment service sery session setback share shareholder ship shipment shirt shoe shooting shop shore shortage shot
    shoulder show side sister site skill slogan smoke snow society software soil soldier solution song soul south
    southern speech spending spirit sport squad square stability stadium stake stakeholder stance standard startup
    statement station statute steel stock stone store storm strategy street strike structure struggle student study
    stuff subject submarine submission subsidiary success sum summit sun supplier supply support surplus survey suspect
    suspicion symbol system table tale talk tank target tea teacher team technology teenager temperature tenant tender
    tension tent term territory text threat throughput thug ticket tie tool tower town trade trader train training
    transaction transfer transition transparency transport treatment treaty tree trial trillion troop trophy truck
    trust turnout turnover tv tweet understanding union unit user vaccine value valve vehicle verdict vessel veteran
    victim victory village violation violence virus vision visit volunteer vote voter wage war warplane warship water
    wealth weapon weather website wedding west western wheat willingness wind wine wing winner wood work worker worry
    youth zone
""")
# Of the nouns made of verbs and adjectives ("consideration", "willingness"), those that are a matter by themselves.
MADE_NOUNS = _word_set("""
    abortion annexation austerity automation charity christianity cohesion collectivization colonisation colonization
    competition constitution corruption decolonization deforestation denuclearisation denuclearization deportation
    deregulation desertification devolution disarmament discrimination disinformation diversity election
    electrification enlargement equality exploitation extradition federation globalisation globalization government
    immigration impeachment independence inequality inflation insurgence insurrection interference intervention
    judgment judiciary legislation migration military misinformation multilateralism nationalisation nationalization
    neutrality normalisation normalization occupation opposition parliament partition persecution piracy pollution
    privatisation privatization proliferation prostitution radicalisation radicalization ratification rearmament
    recession repatriation repression resettlement reunification revolution sanction secession sedition segregation
    settlement solidarity sovereignty taxation torture unemployment unification vaccination violence
""")
# Before a name, they say who somebody is and are no part of it.
TITLES = _word_set("""
    adm admiral adviser advisor aide ambassador attorney ayatollah candidate capt captain ceo cfo chair chairman
    chairwoman chancellor chief col colonel commissioner congressman congresswoman conservative coo counsel democrat
    democratic deputy dictator director dr envoy ex-president father former gen general gop gov governor hon honorable
    honourable imam judge justice king lady leader lord lt maj major majority mayor minister minority mr mrs ms nominee
    pastor pope premier president prime prince princess prof professor queen rep representative republican rev reverend
    rookie saint secretary sen senator sergeant sgt sheikh sir speaker spokesman spokesperson spokeswoman
    then-president then-vice vice whip
""")
COURTESY = _word_set("mr mrs ms miss mx dr sir madam dame lord lady prof professor hon")
# Of these titles, what comes after "of" is no part of the name either ("Secretary of State John Kerry").
OFFICES = _word_set(
    "secretary minister director speaker attorney duke prince secretary-general commissioner governor mayor"
)
# Names of institutions go on after "of" ("Ministry of Defence"); places and papers, too.
INSTITUTIONS = _word_set("""
    academy act agency alliance army assembly association bank battle bay bill board bureau cape center centre chamber
    charter church city coalition code college commission committee commonwealth community confederation conference
    congress convention council court covenant declaration department district dome federation gulf horn house
    institute isle isles ivory kingdom lake law league ministry mount office organisation organization parliament party
    port province republic school sea society state statue statute strait straits temple treaty union university
""")
# After "X and Y" these show that it is one name ("Food and Drug Administration").
TAILS = _word_set("""
    act administration agency authority bank barbuda board bureau caicos center centre commission committee council
    department fund futuna grenadines herzegovina road initiative institute ministry miquelon montenegro nevis
    office organisation organization partnership principe program programme service services tobago union
""")
NATIONAL = _word_set("""
    afghan african african-american afro-american albanian algerian american angolan arab arabian argentine argentinian
    armenian asian atlantic australian austrian azerbaijani bahraini bangladeshi belarusian belgian bilateral bolivian
    bosnian botswanan brazilian british buddhist bulgarian burmese burundian cambodian cameroonian canadian caribbean
    catholic chilean chinese christian colombian communist congolese conservative croatian cuban cypriot czech danish
    democratic domestic dutch eastern ecuadorian egyptian emirati english estonian ethiopian european fascist federal
    fijian filipino finnish foreign french georgian german ghanaian ghanian global greek guatemalan haitian hindu
    hispanic honduran hungarian icelandic indian indonesian international iranian iraqi irish islamic israeli italian
    jamaican japanese jewish jordanian kazakh kenyan korean kosovar kurdish kuwaiti kyrgyz laotian latin latino latvian
    lebanese liberal liberian libyan lithuanian local luxembourgish malaysian malian maltese marxist mexican moldovan
    mongolian moroccan mozambican multilateral muslim namibian national nazi nepalese nepali nicaraguan nigerian
    nigerien northern norwegian omani pacific pakistani palestinian panamanian peruvian philippine polish portuguese
    qatari regional republican romanian russian rwandan salvadoran samoan saudi scottish semitic serbian shia shiite
    singaporean slovak slovakian slovenian socialist somali southern soviet spanish sudanese sunni swedish swiss syrian
    taiwanese tajik tanzanian thai tibetan tongan tunisian turkish turkmen ugandan uighur ukrainian uruguayan uyghur
    uzbek venezuelan vietnamese welsh western yemeni zambian zimbabwean
""")
# One thing with two names; a corpus has both.
ALIASES = {
    "usa": "us",
    "united states": "us",
    "united states of america": "us",
    "america": "us",
    "united kingdom": "uk",
    "great britain": "uk",
    "britain": "uk",
    "european union": "eu",
    "united nations": "un",
}

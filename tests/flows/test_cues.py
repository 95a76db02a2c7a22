import time
from collections.abc import Sequence

import pytest

from guidance_bot.flows.cue_tree import BETWEEN, FAR
from guidance_bot.flows.cues import Cues, faults

WORDS = {
    "body": ["trust", "council*", "fire service"],
    "our": ["our", "(the|my) [own] <body>"],
    "tell": ["post", "let ... know"],
}


def cues(
    *,
    yes: Sequence[str] = (),
    no: Sequence[str] = (),
    unless: Sequence[str] = (),
) -> Cues:
    """Return cues of one prompt, whose choices are yes and no; *unless* is of yes."""
    choices = {"public": {"yes": yes, "no": no}}
    return Cues.of(WORDS, choices, {"public": {"yes": unless}})


def said_yes(cue: str, text: str) -> bool:
    return cues(yes=[cue]).stated(text) == {"public": "yes"}


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("on behalf of", "May I reply ON BEHALF  of her?"),
        ("gov.uk", "on GOV.UK. Fine?"),
        ("sign-off", "is there a sign off"),
        ("colleague*", "my colleague's page"),
        ("colleague*", "with colleagues"),
        ("isn't public", "it isn\u2019t public"),
        ("isn't public", "it isnt public"),
        ("isn\u2019t public", "it isn't public"),
        ("the trust blog", "the trust's blog"),
        ("the trust's blog", "the trust\u2019s blog"),
        ("colleagues group", "my colleagues' group"),
        ("(just|only) us", "only us"),
        ("(staff|members of the public) only", "members of the public only"),
        ("my [own] blog", "my blog"),
        ("my [own] blog", "my own blog"),
        ("my [own] [very|rather] [little] blog", "my rather little blog"),
        ("[on] our blog", "our blog"),
        ("[on] our blog", "on our blog"),
        ("on <our> intranet", "on our intranet"),
        ("on <our> intranet", "on the fire service intranet"),
        ("on <our> intranet", "on my own council\u2019s intranet"),
        ("(on|<our>) intranet", "the trust intranet"),
        ("(all staff|rangers) here", "all staff here"),
        ("<tell> residents", "to let them all know residents"),
        ("wants ... to", "wants to"),
        ("wants ... to", "wants each of us to"),
        ("wants ... to", "wants one, two, three, four to"),
        ("wants\u2026 to", "wants me to"),
        ("wants ... [all] us", "wants us"),
        ("wants ... [all] us", "wants one or two of us"),
        ("wants ... [all] us", "wants one or two all us"),
        ("Māori", "a Māori group"),
        ("(<our>|<our> dear old|<tell>) blog", "the trust blog"),
        ("(<our>|<our> dear old|<tell>) blog", "our dear old blog"),
        ("(<our>|<our> dear old|<tell>) blog", "post blog"),
        ("(Our Own|SHARED) Blog", "our own blog"),
        ("(<tell>|us) ... [<our>] blog ... <our>", "post the blog of the fire service"),
    ],
)
def test_a_cue_is_found(cue: str, text: str) -> None:
    assert faults(cue, WORDS) is None
    assert said_yes(cue, text)


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("on behalf of", "on her behalf of course"),
        ("on behalf of", "It is on. Behalf of whom?"),
        ("public", "publication"),
        ("colleague*", "a collie"),
        ("(just|only) us", "us only"),
        ("my [own] blog", "my dull blog"),
        ("on <our> intranet", "on our own intranet"),
        ("wants ... to", "wants one two three four five to"),
        ("wants ... to", "wants it. Am I to"),
        ("wants ... to", "wants it! Am I to"),
        ("wants ... to", "wants it\nAm I to"),
        ("wants ... to", "wants"),
        ("wants ... [all] us", "wants them all"),
        ("isn't public", "is public"),
        ("it's us", "its us"),
        ("(<our>|<our> dear old|<tell>) blog", "our dear blog"),
        ("(<tell>|us) ... [<our>] blog ... <our>", "post the blog of the fire brigade"),
        ("<our> ... <our>", "our blog"),
    ],
)
def test_other_words_are_no_cue(cue: str, text: str) -> None:
    assert not said_yes(cue, text)


def test_up_to_four_words_stand_between() -> None:
    assert BETWEEN == 4
    for between in range(7):
        text = "wants " + "so " * between + "to"
        assert said_yes("wants ... to", text) == (between <= BETWEEN)


def test_up_to_twenty_words_stand_where_there_are_two_gaps() -> None:
    assert FAR == 20
    for between in (0, 4, 5, 19, 20, 21, 30):
        text = "wants " + "so " * between + "to"
        assert said_yes("wants ... ... to", text) == (between <= FAR)
    assert not said_yes("wants ... ... to", "wants it. Am I to")
    assert said_yes(
        "wants ... ... [all] us", "wants this and that and all of it from us"
    )


@pytest.mark.parametrize(
    ("cue", "text", "is_found"),
    [
        ("the <word> wants", "the harbour wants", True),
        ("the <word> wants", "the wants", False),
        ("the <word> wants", "the. Wants", False),
        ("the [<word>] [<word>] wants", "the old harbour wants", True),
        ("the <Name> Agency", "the Rural Agency", True),
        ("the <Name> Agency", "the rural agency", False),
        ("<Name> wants", "Somebody wants", False),
        ("<Name> wants", "Yes. Somebody wants", False),
        ("<Name> wants", "so I wants", False),
        ("<Name> wants", "so I'm wants", False),
        ("<Name> wants", "HMRC wants", True),
        ("<ACRONYM> wants", "HMRC wants", True),
        ("<ACRONYM> wants", "W3C's wants", True),
        ("<ACRONYM> wants", "Defra wants", False),
        ("<ACRONYM> wants", "A wants", False),
        ("<ACRONYM> wants", "I AM TOLD SHE WANTS", False),
        ("another <owner's> wiki", "another body's wiki", True),
        ("another <owner's> wiki", "another body\u2019s wiki", True),
        ("another <owner's> wiki", "another trusts' wiki", True),
        ("another <owner's> wiki", "another body wiki", False),
        ("and <owner's> wiki", "and it's wiki", False),
        ("(the <Name>|<owner's>) wiki", "the Treasury wiki", True),
        ("(the <Name>|<owner's>) wiki", "somebody's wiki", True),
        ("^ how long", "How long do we keep it?", True),
        ("^ how long", "Fine. How long is that", True),
        ("^ how long", "I know how long", False),
        ("^ [so] how long", "So how long", True),
        ("(^ how|so) long", "How long", True),
    ],
)
def test_a_cue_says_what_kind_of_word(cue: str, text: str, is_found: bool) -> None:
    assert faults(cue, WORDS) is None
    assert said_yes(cue, text) == is_found


def test_a_list_may_hold_kinds_of_words() -> None:
    made = Cues.of(
        {"body": ["the <Name> office", "<ACRONYM>"]},
        {"public": {"yes": ["<body> asks"]}},
        {},
    )
    assert made.stated("now the Home Office asks") == {"public": "yes"}
    assert made.stated("DWP asks") == {"public": "yes"}
    assert made.stated("now the home office asks") == {}


def test_what_is_said_outright_beats_what_is_not() -> None:
    made = cues(
        yes=["all residents", "open to all!"], no=["our intranet", "shut to all!"]
    )
    assert made.stated("all residents, our intranet") == {}
    assert made.stated("open to all, our intranet") == {"public": "yes"}
    assert made.stated("all residents, shut to all") == {"public": "no"}
    assert made.stated("open to all, shut to all") == {}


def test_a_longer_cue_does_not_beat_one_that_says_it_outright() -> None:
    made = cues(yes=["open to all!"], no=["not open to all of them"])
    assert made.stated("not open to all of them") == {"public": "yes"}


def test_words_take_back_also_what_is_said_outright() -> None:
    made = cues(yes=["open to all!"], unless=["not ..."])
    assert made.stated("not open to all") == {}


def test_a_choice_yields_to_another() -> None:
    made = cues(
        yes=["we tell", "we write it all together now"],
        no=["together"],
        unless=["{no}"],
    )
    assert made.stated("we tell them") == {"public": "yes"}
    assert made.stated("we tell them, and write together") == {"public": "no"}
    assert made.stated("we write it all together now") == {"public": "no"}


def test_a_longer_cue_beats_one_inside_it() -> None:
    both = cues(yes=["the public"], no=["not for the public"])
    assert both.stated("it is for the public") == {"public": "yes"}
    assert both.stated("it is not for the public") == {"public": "no"}


def test_a_longer_cue_beside_another_beats_nothing() -> None:
    both = cues(yes=["the public"], no=["staff of the council only"])
    assert both.stated("for the public and staff of the council only") == {}


def test_where_both_are_left_neither_is_stated() -> None:
    both = cues(yes=["for all"], no=["for all"])
    assert both.stated("for all") == {}


def test_what_one_cue_beats_can_be_said_again_elsewhere() -> None:
    both = cues(yes=["the public"], no=["not for the public"])
    assert both.stated("not for the public. The public pays for it") == {}


@pytest.mark.parametrize(
    ("text", "is_stated"),
    [
        ("open to all", True),
        ("not open to all", False),
        ("not really meant, though, open to all", False),
        ("not really meant, though, as open to all", True),
        ("no. It is open to all", True),
        ("open to all, not to us", True),
        ("it isn't, I think, open to all", False),
    ],
)
def test_words_take_back_what_begins_in_the_words_after_them(
    text: str, is_stated: bool
) -> None:
    made = cues(yes=["open to all"], unless=["(not|isn't|no) ..."])
    assert bool(made.stated(text)) == is_stated


def test_a_cue_that_says_not_is_not_taken_back_by_it() -> None:
    made = cues(yes=["not just us", "open to all"], unless=["not ..."])
    assert made.stated("not just us") == {"public": "yes"}


def test_words_without_a_gap_take_back_what_is_inside_them() -> None:
    made = cues(yes=["for work"], unless=["for work experience"])
    assert made.stated("for work") == {"public": "yes"}
    assert made.stated("for work experience") == {}


def test_words_take_back_their_own_choice_only() -> None:
    made = cues(yes=["the public"], no=["staff"], unless=["not ..."])
    assert made.stated("not staff") == {"public": "no"}


def test_prompts_come_in_the_order_of_the_data() -> None:
    choices = {"b": {"x": ["one"]}, "a": {"y": ["two"]}, "c": {"z": ["three"]}}
    made = Cues.of({}, choices, {})
    assert list(made.stated("three two one").items()) == [
        ("b", "x"),
        ("a", "y"),
        ("c", "z"),
    ]


def test_nothing_is_stated_without_cues_or_words() -> None:
    assert Cues.of({}, {}, {}).stated("our intranet") == {}
    assert Cues.of({}, {"a": {"x": []}}, {"a": {"x": []}}).stated("x") == {}
    for text in ("", " ", "...", "?!", "\x00", "()[]<>|*"):
        assert cues(yes=["our blog"]).stated(text) == {}


def test_what_surrounds_the_words_does_not_matter() -> None:
    made = cues(yes=["our own intranet"])
    for text in (
        "our *own* _intranet_",
        "our\u200b own\tintranet",
        "(our own-intranet)",
        "\x1bour\x07 own \x00intranet",
        "OUR OWN INTRANET",
    ):
        assert made.stated(text) == {"public": "yes"}, text


@pytest.mark.parametrize(
    "text",
    [
        "our " * 25_000,
        "x " * 50_000,
        "not x " * 15_000,
        "wants so " * 12_000,
        "not " * 25_000,
        "a" * 100_000,
        "\x00\x1b\u202e" * 30_000,
        "'" * 100_000,
        "Our HMRC's " * 9_000,
        "n't's" * 20_000,
        "." * 100_000,
        "x'" * 50_000,
    ],
)
def test_hostile_text_is_read_in_a_moment(text: str) -> None:
    made = cues(
        yes=[
            "our [our] [our] ... our ... <our> blog",
            "wants ... so ... wants ... x",
            "our ... ... <owner's> x",
        ],
        no=["not ... not ... not ... y", "x"],
        unless=["not ...", "not ... ..."],
    )
    started = time.perf_counter()
    made.stated(text)
    assert time.perf_counter() - started < 20


def test_a_list_may_use_the_lists_before_it_and_no_others() -> None:
    choices = {"public": {"yes": ["our <b>"]}}
    assert Cues.of({"a": ["ant"], "b": ["<a>", "bee"]}, choices, {}).stated("our ant")
    assert not Cues.of({"b": ["<a>"], "a": ["ant"]}, choices, {}).stated("our ant")


@pytest.mark.parametrize(
    ("cue", "fault"),
    [
        ("", "a cue needs a word"),
        ("  ", "a cue needs a word"),
        ("—!", "a cue needs a word"),
        ("...", "a cue needs a word"),
        ("... us", "a cue begins with a word, not with “...”"),
        ("us ... ... ... only", "“...” stands more than twice in a row"),
        ("{yes} us", "“{” stands only alone under “unless”: “{internal}”"),
        ("us}", "“}” stands only alone under “unless”: “{internal}”"),
        ("the <Word>", "there is no list “Word”"),
        ("[only]", "a cue needs a word that may not be left out"),
        ("[only] ... [us]", "a cue needs a word that may not be left out"),
        ("(us", "a bracket “(” is not closed, or stands inside other brackets"),
        ("us)", "a bracket “)” was not opened"),
        ("[us", "a bracket “[” is not closed, or stands inside other brackets"),
        ("us]", "a bracket “]” was not opened"),
        ("((a|b) c|d)", "a bracket “(” is not closed, or stands inside other brackets"),
        ("<our", "the name of a list that begins with “<” is not closed with “>”"),
        ("our>", "a “>” closes no name of a list"),
        ("us|them", "“|” stands only in brackets: “(this|that)”"),
        ("the * of us", "“*” stands at the end of a word: “colleague*”"),
        ("*ing", "“*” stands at the end of a word: “colleague*”"),
        ("on <their> page", "there is no list “their”"),
        ("(on|<their>) page", "there is no list “their”"),
        ("(on|) page", "an empty choice in “(on|)”"),
        ("() page", "an empty choice in “()”"),
        ("[] page", "an empty choice in “[]”"),
        ("(on ... it|in) page", "“...” does not stand in brackets: “(on ... it|in)”"),
    ],
)
def test_an_editor_is_told_what_is_wrong_with_a_cue(cue: str, fault: str) -> None:
    assert faults(cue, WORDS) == fault


@pytest.mark.parametrize(
    "cue",
    [
        "us",
        "(a|b c) [d|<our>] <body> e* ... f",
        "it's ours",
        "not ...",
        "a.b-c, d/e",
        "{no}",
        "us!",
    ],
)
def test_a_good_cue_has_no_faults(cue: str) -> None:
    assert faults(cue, WORDS) is None

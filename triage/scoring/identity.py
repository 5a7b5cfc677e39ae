"""Words that tell who somebody is, and what stands in their place: nothing may rest on sex, origin or belief."""

IDENTITY = "identity"
"""Stands for words of origin, belief, disability or orientation; never a feature."""
_GROUPS = {
    "they": "he she they him her them his their hers theirs himself herself themselves",
    "parent": "mother father mum mam mom mummy dad daddy stepmum stepdad stepmother stepfather",
    "sibling": "brother sister stepbrother stepsister bro sis brothers sisters",
    "young_person": "girl boy lad lass girls boys lads lasses",
    "relative": "aunt auntie uncle nan nana gran grandma grandad grandmother grandfather",
    "partner": "girlfriend boyfriend gf bf",
    "person": "man woman men women male female males females",
    "offspring": "daughter son daughters sons",
    IDENTITY: "african albanian arab asian autistic bangladeshi bisexual black british caribbean catholic chinese "
    "christian disabled english eritrean ethnic ethnicity european gay gypsy hindu indian iranian iraqi irish "
    "jewish kurdish lesbian muslim nationality nigerian pakistani polish portuguese race religion roma "
    "romanian scottish sikh somali straight syrian trans transgender traveller turkish ukrainian vietnamese "
    "welsh white",
}
_FOLDED = {word: group for group, words in _GROUPS.items() for word in words.split()}


def fold(word: str) -> str:
    """Return the word as the model sees it: no digits, and nothing that tells who somebody is."""
    return "0" if word[:1].isdigit() else _FOLDED.get(word, word)

"""Which words of a prompt the painter understands."""

import re
from collections.abc import Mapping

TIMES: Mapping[str, str] = {
    "night": "night midnight moon moonlit star starry dark nocturnal",
    "space": "space galaxy nebula planet cosmos cosmic astronaut alien universe",
    "dusk": "dusk sunset evening twilight gloaming",
    "dawn": "dawn sunrise morning daybreak pastel",
    "storm": "storm stormy rain rainy thunder fog foggy mist misty moody gloomy overcast",
    "winter": "winter snow snowy ice icy frozen arctic frost glacier",
    "autumn": "autumn fall october harvest maple",
    "neon": "neon cyberpunk synthwave vaporwave futuristic retrowave",
    "aurora": "aurora borealis northern",
    "gold": "golden gold desert dune sahara canyon savanna warm",
    "day": "day noon sunny summer bright spring blue daylight",
}

LANDS: Mapping[str, str] = {
    "city": "city skyline street tokyo york town cyberpunk skyscraper downtown building metropolis",
    "sea": "sea ocean lighthouse boat ship sailboat beach coast island lake wave harbor harbour bay shore whale fish "
    "river water yacht pirate",
    "desert": "desert dune sahara camel canyon pyramid sand savanna mars",
    "mountains": "mountain alps peak himalaya summit glacier snow dragon cliff valley ski volcano fjord",
    "forest": "forest wood jungle pine tree deer fox wolf bear fairy owl mushroom cabin",
    "hills": "hill meadow field farm countryside garden flower cat dog horse village cottage",
}

SUBJECTS: Mapping[str, str] = {
    "lighthouse": "lighthouse beacon",
    "boat": "boat ship sailboat yacht sail pirate",
    "cat": "cat kitten kitty feline",
    "tree": "tree oak cherry sakura bonsai",
    "house": "house cabin cottage hut farm barn home village",
    "castle": "castle palace fortress knight kingdom",
    "person": "person woman man girl boy knight wizard traveler traveller astronaut samurai portrait monk hiker elf",
    "birds": "bird seagull crow eagle raven swallow dragon",
    "balloon": "balloon airship zeppelin",
    "flowers": "flower meadow garden rose tulip poppy sunflower lavender spring",
}


def tokens(prompt: str) -> list[str]:
    """The words of a prompt, lower case, plurals cut."""
    words = re.findall(r"[a-z]+", prompt.lower())
    return [word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word for word in words]


def first_of(prompt: str, table: Mapping[str, str]) -> str | None:
    """The entry whose word comes first in the prompt."""
    known = {word: name for name, words in reversed(list(table.items())) for word in words.split()}
    return next((known[word] for word in tokens(prompt) if word in known), None)


def subjects_of(prompt: str) -> list[str]:
    """All subjects that the prompt names, in its order."""
    known = {word: name for name, words in SUBJECTS.items() for word in words.split()}
    return list(dict.fromkeys(known[word] for word in tokens(prompt) if word in known))

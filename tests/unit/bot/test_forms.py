"""A form shows what the manifest declares, and says what was typed."""

from bot.forms import fields_of, read_form
from tests.unit.bot.bench import CATALOG, VOCABULARY


def test_a_form_says_what_the_manifest_declares():
    fields = {field.name: field for field in fields_of(CATALOG.workflows["txt2img"], {"steps": 7}, VOCABULARY)}

    assert fields["steps"].value == "7"
    assert fields["steps"].attributes == {"min": "1", "max": "60", "step": "1"}
    assert "1 to 60" in fields["steps"].help
    assert fields["sampler"].options == VOCABULARY.choices["KSampler.sampler_name"]
    assert fields["seed"].value == ""


def test_an_empty_field_says_nothing_unless_it_is_text():
    typed = {"prompt": "", "steps": "", "cfg": "4", "image": "/etc/passwd"}

    assert read_form(CATALOG.workflows["img2img"], typed) == {"prompt": "", "cfg": "4"}

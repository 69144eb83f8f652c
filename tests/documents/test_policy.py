"""The policy file's block of documents: folders and files that are not there stop the reading."""

from pathlib import Path

import pytest

from gateway.policy import PolicyError, read_policy
from resolvers.policy import Documents


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of templates with one business unit's and a logo."""
    own = tmp_path / "own"
    (own / "hvac").mkdir(parents=True)
    (own / "logo.svg").write_text("<svg/>")
    return own


def test_a_tenants_own_stationery_is_read(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        f'[documents]\nestimates = false\ntemplates = "{folder}"\nlogo = "logo.svg"\n'
        '[documents.business_units]\n271 = "hvac"\n'
    )
    assert read_policy(path).documents == Documents(
        estimates=False, templates=str(folder), business_units={271: "hvac"}, logo="logo.svg"
    )


BROKEN = {
    'templates = "{folder}/none"': 'documents.templates names "{folder}/none", which is no folder',
    'templates = "{folder}"\nlogo = "x.svg"': (
        'documents.logo names "x.svg", which is no file in {folder}'
    ),
    'templates = "{folder}"\nbusiness_units = {{ 271 = "x" }}': (
        'documents.business_units names "x", no folder in {folder}'
    ),
    'logo = "logo.svg"': "documents.logo needs documents.templates, the folder it is in",
    'business_units = {{ 271 = "hvac" }}': (
        "documents.business_units needs documents.templates, the folder it is in"
    ),
}


@pytest.mark.parametrize("told", list(BROKEN))
def test_what_is_not_there_is_named(tmp_path: Path, folder: Path, told: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[documents]\n" + told.format(folder=folder))
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    sentence = BROKEN[told].format(folder=folder)
    assert str(caught.value) == f"The policy file {path} is not usable: {sentence}."

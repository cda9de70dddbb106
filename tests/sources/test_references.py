"""`$ref` inside a folder of files and nowhere else; files are read when a reference needs them."""

from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.records import Api
from stages.sources import folder, tool_list, user
from stages.sources.folder import Folder
from stages.sources.references import References
from tests.sources.test_tool_list import SOURCE

PET = "type: object\nproperties: {name: {type: string}}\n"
LIST = """openapi: 3.1.0
paths:
  /pets:
    get: {responses: {200: {content: {application/json: {schema: {$ref: '%s'}}}}}}
"""


def made(root: Path, files: dict[str, str]) -> Path:
    """A folder with those files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def response(api: Api) -> list[str]:
    name = api.operations[0].response
    assert name
    return [field.name for field in api.schemas[name].properties]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("./schemas/pet.yaml", "pet"),
        ("schemas/pet.yaml", "pet"),
        ("schemas/pet.yaml#", "pet"),
        ("schemas/all.yaml#/Pet", "Pet"),
        ("./schemas/all.yaml#/a~1b", "b"),
        ("schemas/all.yaml#/deep/0", "0"),
        ("schemas/all.yaml#pets-anchor", "pets-anchor"),
        ("schemas/more/../pet.yaml", "pet"),
        ("schemas/other%20pet.yaml", "other pet"),
        ("#/components/schemas/200", "200"),
        ("#/components/schemas/caf%C3%A9", "café"),
    ],
)
def test_a_reference_inside_the_folder_is_followed(tmp_path, reference, name):
    everything = (
        "Pet: {$ref: pet.yaml}\na/b: {$ref: pet.yaml}\ndeep: [{$ref: 'pet.yaml'}]\n"
        "x: {$anchor: pets-anchor, $ref: pet.yaml}\n"
    )
    whole = (
        LIST % reference + "components: {schemas: {200: {$ref: schemas/pet.yaml}, café: {$ref: schemas/pet.yaml}}}\n"
    )
    made(
        tmp_path,
        {"api.yaml": whole, "schemas/pet.yaml": PET, "schemas/other pet.yaml": PET, "schemas/all.yaml": everything},
    )
    (api,) = user.read(tmp_path, "other")
    assert response(api) == ["name"]
    assert api.operations[0].response in (name, "pet")


def test_files_refer_to_each_other_and_back(tmp_path):
    path = "get: {responses: {200: {content: {application/json: {schema: {$ref: '../schemas/pet.yaml#/Pet'}}}}}}\n"
    pets = "Pet: {type: object, properties: {owner: {$ref: './people/owner.yaml'}}}\n"
    owner = "type: object\nproperties: {pet: {$ref: '../pet.yaml#/Pet'}, name: {type: string}}\n"
    whole = "openapi: 3.0.0\npaths: {/pets: {$ref: 'paths/pets.yaml'}}\n"
    made(
        tmp_path,
        {"api.yaml": whole, "paths/pets.yaml": path, "schemas/pet.yaml": pets, "schemas/people/owner.yaml": owner},
    )
    (api,) = user.read(tmp_path, "other")
    inner = api.schemas["Pet"].properties[0]
    assert [field.name for field in inner.properties] == ["pet", "name"] and inner.properties[0].truncated
    assert api.left_out["recursive"] == 1


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("file:///etc/passwd", "leaves the given files"),
        ("http://127.0.0.1/x.yaml", "leaves the given files"),
        ("HTTPS://h/x.yaml", "leaves the given files"),
        ("//h/x.yaml", "leaves the given files"),
        ("/etc/passwd", "leaves the given files"),
        ("%2fetc/passwd", "leaves the given files"),
        ("C:\\x.yaml", "leaves the given files"),
        ("\\\\h\\x.yaml", "leaves the given files"),
        ("../secret.yaml", "climbs out"),
        ("..", "climbs out"),
        ("schemas/../../secret.yaml", "climbs out"),
        ("%2e%2e/secret.yaml#/x", "climbs out"),
        ("link.yaml", "was not given"),
        ("linked/secret.yaml", "was not given"),
        ("nothing.yaml", "was not given"),
        ("notes.txt", "was not given"),
        ("api.yaml?x=1", "was not given"),
        ("#/nothing", "points at nothing"),
        ("#no-anchor", "points at nothing"),
        ("#/openapi/x", "points at nothing"),
        ("#/components/schemas/List/x", "points at nothing"),
        ("#/components/schemas/A", "leads through more than 20"),
    ],
)
def test_what_a_reference_may_not_be_is_named(tmp_path, reference, problem):
    ring = (
        "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}, List: [1]}}\n"
    )
    secret = made(tmp_path / "outside", {"secret.yaml": PET})
    inside = made(tmp_path / "apis", {"api.yaml": LIST % reference + ring, "notes.txt": PET})
    (inside / "link.yaml").symlink_to(secret / "secret.yaml")
    (inside / "linked").symlink_to(secret, target_is_directory=True)
    with pytest.raises(UserError) as caught:
        user.read(inside, "other")
    assert caught.value.where == "api.yaml: $ref" and repr(reference) in str(caught.value)
    assert problem in str(caught.value) and "\n" not in str(caught.value)


def test_a_link_inside_the_folder_is_a_file_like_any_other(tmp_path):
    made(tmp_path, {"api.yaml": LIST % "link.yaml", "schemas/pet.yaml": PET})
    (tmp_path / "link.yaml").symlink_to(tmp_path / "schemas/pet.yaml")
    assert response(user.read(tmp_path, "other")[0]) == ["name"]


def test_one_file_reaches_no_neighbour(tmp_path):
    made(tmp_path, {"api.yaml": LIST % "pet.yaml", "pet.yaml": PET})
    with pytest.raises(UserError, match=r"'pet\.yaml' names a file that was not given"):
        user.read(tmp_path / "api.yaml", "other")


def test_two_schemas_of_one_name_are_two_schemas(tmp_path):
    whole = LIST % "a.yaml#/Pet" + LIST.partition("paths:\n")[2].replace("/pets", "/others") % "b.yaml#/Pet"
    made(tmp_path, {"api.yaml": whole, "a.yaml": f"Pet: {{{PET}}}".replace("\nprop", ", prop").replace("\n", "")})
    made(tmp_path, {"b.yaml": "Pet: {type: object, properties: {title: {type: string}}}\n"})
    (api,) = user.read(tmp_path, "other")
    fields = [api.schemas[o.response or ""].properties[0].name for o in api.operations]
    assert fields == ["name", "title"]


def test_a_file_is_read_once_and_only_when_it_is_needed(tmp_path):
    made(tmp_path, {"a.yaml": "x: {$ref: b.yaml#/y}", "b.yaml": "y: 1", "broken.yaml": "[", "c.yaml": "{}"})
    files = Folder(tmp_path)
    references = References(files)
    assert references.follow(files["a.yaml"]["x"], "a.yaml").node == 1
    (tmp_path / "b.yaml").unlink()
    assert references.follow({"$ref": "b.yaml#/y"}, "a.yaml").node == 1
    (tmp_path / "c.yaml").unlink()
    for name, said in (("broken.yaml", "not valid YAML"), ("c.yaml", "cannot be read")):
        with pytest.raises(UserError, match=said) as caught:
            references.follow({"$ref": name}, "a.yaml")
        assert str(tmp_path / name) in caught.value.where


def test_a_folder_is_bounded_in_files_bytes_and_entries(tmp_path, monkeypatch):
    made(tmp_path, {f"{n}.yaml": "a: 1" for n in range(3)})
    for limit, problem in (("FILES", "more than 2 files"), ("ENTRIES", "more than 2 files and folders")):
        with monkeypatch.context() as patch:
            patch.setattr(folder, limit, 2)
            with pytest.raises(UserError, match=problem):
                Folder(tmp_path)
    monkeypatch.setattr(folder, "TOTAL", 10)
    with pytest.raises(UserError, match="more than 10 bytes of descriptions"):
        list(Folder(tmp_path).values())
    monkeypatch.setattr(folder, "LARGEST", 3)
    with pytest.raises(UserError, match="larger than 3 bytes"):
        list(Folder(tmp_path).values())


@pytest.mark.parametrize(
    "inner", [{"$ref": "#"}, {"type": "array", "items": {"$ref": "#"}}, {"anyOf": [{"$ref": "#"}]}]
)
def test_a_schema_that_holds_itself_is_cut(inner):
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "inner": inner}}
    api = tool_list.read([{"name": "add_node", "inputSchema": schema}], SOURCE, id="user-a", domain="other")
    assert [p.name for p in api.operations[0].parameters] == ["name", "inner"]
    assert api.left_out["recursive"] == 1


def test_an_id_gives_a_schema_no_other_place_and_an_anchor_a_name():
    schema = {
        "$id": "https://example.com/schemas/node",
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/Text"}, "b": {"$ref": "#text"}},
        "$defs": {"Text": {"$id": "text", "$anchor": "text", "type": "string"}},
    }
    api = tool_list.read([{"name": "add_node", "inputSchema": schema}], SOURCE, id="user-a", domain="other")
    assert [p.type for p in api.operations[0].parameters] == ["string", "string"]

"""The schema generator, and what the generated tables must hold for the reader to work."""

from backends.model.schema.generate import parse_fields, parse_schema, render
from backends.model.schema.tables import ENUM_STORAGE, ENUMS, TABLES, UNIONS

FBS = """
// a comment { with braces }
enum Colour : byte { RED = 0, GREEN, BLUE = 7, }
union Paint { Oil, Water (deprecated), }
table Oil { shade:Colour = BLUE; old:int (deprecated); thin:bool = true; layers:[uint]; }
table Water { }
table Picture { name:string; paint:Paint; size:float = 1.5; oils:[Oil] (required); }
"""


def test_enumerations_count_on_and_unions_begin_with_none() -> None:
    enums, unions, _ = parse_schema(FBS)

    assert enums["Colour"] == ("int8", {0: "RED", 1: "GREEN", 7: "BLUE"})
    assert unions["Paint"] == ["", "Oil", "Water"]


def test_fields_keep_their_slots() -> None:
    enums, unions, tables = parse_schema(FBS)

    assert parse_fields(tables["Oil"], enums, unions) == [
        (0, "shade", "Colour", 7),
        (2, "thin", "bool", True),
        (3, "layers", "[uint32]", None),
    ]
    # A union takes two slots: its type, then its value.
    assert parse_fields(tables["Picture"], enums, unions) == [
        (0, "name", "string", None),
        (2, "paint", "Paint", None),
        (3, "size", "float32", 1.5),
        (4, "oils", "[Oil]", None),
    ]


def test_the_generated_text_is_a_module() -> None:
    names: dict[str, object] = {}

    exec(compile(render(FBS, "abc123"), "tables", "exec"), names)  # our own text

    assert names["UNIONS"] == {"Paint": ("", "Oil", "Water")}
    assert set(names["TABLES"]) == {"Oil", "Water", "Picture"}  # type: ignore[call-overload]  # it is a dictionary


def test_every_type_of_a_field_is_known() -> None:
    scalars = {"bool", "string", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "float32"}
    known = {*scalars, *TABLES, *UNIONS, *ENUM_STORAGE}

    for fields in TABLES.values():
        assert {type_.strip("[]") for _, _, type_, _ in fields} <= known


def test_every_member_of_a_union_is_a_table() -> None:
    assert {member for members in UNIONS.values() for member in members if member} <= set(TABLES)


def test_the_schema_holds_the_newest_operators() -> None:
    assert ENUMS["BuiltinOperator"][209] == "STABLEHLO_CASE"
    assert len(ENUMS["BuiltinOperator"]) == 210

"""JSON checked against a JSON Schema; nothing that a schema refers to is ever fetched."""

from functools import lru_cache
from typing import Any

from rewardlang.verifiers.binding import needs
from rewardlang.verifiers.gold import FAILS, gold
from rewardlang.verifiers.jsons import read_json

_SCHEMA = '{"type": "object", "required": ["city"], "properties": {"city": {"type": "string", "pattern": "^[A-Z]"}}}'


@needs("jsonschema", "json")
@gold(
    (({"city": "Rome"}, _SCHEMA), True),
    (({"city": "rome"}, _SCHEMA), False),
    (({"town": "Rome"}, _SCHEMA), False),
    (([], _SCHEMA), False),
    ((1.0, '{"type": "integer"}'), True),
    ((1, '{"type": "no such type"}'), FAILS),
    ((1, '{"$ref": "http://example.invalid/schema.json"}'), FAILS),
    ((1, "not json"), FAILS),
)
def json_conforms(value: Any, schema: str) -> bool:
    """Whether a value conforms to a JSON Schema (its `$schema` says which draft; 2020-12 without).

    Raises an error where the schema is not valid, or refers to another document: nothing is fetched. A schema's patterns
    may take exponential time: declare it with a limit.
    """
    return _validator(schema).is_valid(value)


@needs("jsonschema", "json")
@gold((('{"city": "Rome"}', _SCHEMA), True), (('{"city": 1}', _SCHEMA), False), (("Rome", _SCHEMA), False))
def json_schema(text: str, schema: str) -> bool:
    """Whether a text is JSON and its value conforms to a JSON Schema, as in `json_conforms`."""
    validator = _validator(schema)
    try:
        return validator.is_valid(read_json(text))
    except ValueError:
        return False


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry

    content = read_json(schema)
    kind = validator_for(content, default=Draft202012Validator)
    kind.check_schema(content)
    # An empty registry of our own: the default one would fetch what a schema refers to over the network.
    return kind(content, registry=Registry())

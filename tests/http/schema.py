"""Just enough of JSON Schema 2020-12 to check answers against our OpenAPI text, and to make values that fit it, or do
not."""

import math
import random
import re


class Schemas:
    def __init__(self, document):
        self.document = document

    def resolved(self, schema):
        while "$ref" in schema:
            target = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema

    def errors(self, schema, value, at="$"):
        """What is wrong with a value, each as a line."""
        schema = self.resolved(schema)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(self.is_a(kind, value) for kind in kinds):
            return [f"{at}: {value!r} is no {kinds}"]
        out = []
        if "enum" in schema and value not in schema["enum"]:
            out.append(f"{at}: {value!r} is none of {schema['enum']}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value < schema.get("minimum", -math.inf) or value > schema.get("maximum", math.inf):
                out.append(f"{at}: {value} is out of range")
        if isinstance(value, str):
            if len(value) > schema.get("maxLength", math.inf) or not re.search(schema.get("pattern", ""), value):
                out.append(f"{at}: {value[:99]!r} is no such text")
        if isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
                out.append(f"{at}: {len(value)} entries")
            for i, entry in enumerate(value):
                out += self.errors(schema.get("items", {}), entry, f"{at}[{i}]")
        if isinstance(value, dict):
            out += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
            more = schema.get("additionalProperties", True)
            for name, entry in value.items():
                if name in schema.get("properties", {}):
                    out += self.errors(schema["properties"][name], entry, f"{at}.{name}")
                elif more is False:
                    out.append(f"{at}: {name} is not described")
                elif isinstance(more, dict):
                    out += self.errors(more, entry, f"{at}.{name}")
        if "oneOf" in schema and sum(not self.errors(one, value, at) for one in schema["oneOf"]) != 1:
            out.append(f"{at}: {value!r} fits not exactly one")
        if "anyOf" in schema and all(self.errors(one, value, at) for one in schema["anyOf"]):
            out.append(f"{at}: {value!r} fits none")
        for one in schema.get("allOf", []):
            out += self.errors(one, value, at)
        if "not" in schema and not self.errors(schema["not"], value, at):
            out.append(f"{at}: {value!r} fits what it must not")
        return out

    @staticmethod
    def is_a(kind, value):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return {
            "object": isinstance(value, dict),
            "array": isinstance(value, list),
            "string": isinstance(value, str),
            "boolean": isinstance(value, bool),
            "null": value is None,
            "number": number,
            "integer": number and float(value).is_integer(),
        }[kind]

    def value(self, schema, chance: random.Random):
        """A value that fits the schema."""
        schema = self.resolved(schema)
        if "oneOf" in schema:
            # The first is the one that a value fits whatever the model; of the others one in ten is enough.
            return self.value(schema["oneOf"][0] if chance.random() < 0.9 else chance.choice(schema["oneOf"]), chance)
        if "enum" in schema:
            return chance.choice(schema["enum"])
        kind = schema.get("type", "object")
        if isinstance(kind, list):  # the second is null
            kind = kind[0] if chance.random() < 0.9 else chance.choice(kind)
        if kind == "object":
            wanted = schema.get("required", [])
            return {
                name: self.value(one, chance)
                for name, one in schema.get("properties", {}).items()
                if name in wanted or chance.random() < 0.4
            }
        if kind == "array":
            least = schema.get("minItems", 0)
            return [
                self.value(schema["items"], chance)
                for _ in range(chance.randint(least, min(schema.get("maxItems", 8), least + 3)))
            ]
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", -1e6), schema.get("maximum", 1e6)
            number = chance.choice([low, high, chance.uniform(low, high)])
            return int(number) if kind == "integer" else number
        return {
            "boolean": chance.random() < 0.5,
            "null": None,
            "string": chance.choice(["", "a", "tiny", "äöü", "\N{PILE OF POO}", "x" * 300]),
        }[kind]

    def anything(self, chance, depth=0):
        """A value that fits nothing in particular."""
        leaves = [None, True, 0, -1, 1.5, 2**70, 1e300, -0.0, "", "abc", "\0", "é", "x" * 1000]
        if depth > 2 or chance.random() < 0.6:
            return chance.choice(leaves)
        if chance.random() < 0.5:
            return [self.anything(chance, depth + 1) for _ in range(chance.randint(0, 4))]
        return {
            chance.choice(["count", "seed", "z", "points", "a", "", "x"]): self.anything(chance, depth + 1)
            for _ in range(chance.randint(0, 4))
        }

import * as arrow from "apache-arrow";

/** A chunk with every map in it turned into a list of structs of key and value: the same memory under another type. */
export function asListsOfStructs(data: arrow.Data): arrow.Data {
  const children = data.children.map(asListsOfStructs);
  const types = children.map((child) => child.type);
  return data.clone(typeWith(data.type, types), data.offset, data.length, data.nullCount, data as never, children);
}

function typeWith(type: arrow.DataType, types: readonly arrow.DataType[]): arrow.DataType {
  const fields = types.map((child, i) => {
    const { name, nullable } = (type.children as arrow.Field[])[i]!;
    return new arrow.Field(name, child, nullable);
  });
  switch (type.typeId) {
    case arrow.Type.Map:
    case arrow.Type.List:
    case arrow.Type.LargeList:
      return new arrow.List(fields[0]!);
    case arrow.Type.FixedSizeList:
      return new arrow.FixedSizeList((type as arrow.FixedSizeList).listSize, fields[0]!);
    case arrow.Type.Struct:
      return new arrow.Struct(fields);
    default:
      return type;
  }
}

"""How the database folds text for the search box: `mom.core.engine.folding` in SQL, made by migration `0005_search`."""

FOLDING = r"""
CREATE FUNCTION core_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(replace(lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g')
        COLLATE "default"), 'ß', 'ss'),
        'абвгдежзиклмнопрстуфхцчшщыэюяαβγδεζηθικλμνξοπρσςτυφχψωøłđıħŧæœþðъь',
        'abvgdezziklmnoprstufhccssyeuaabgdezhtiklmnxoprsstyfcpooldihtaotd')
$$;
CREATE FUNCTION core_fold_words(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ' ' || btrim(regexp_replace(core_fold(value), '[^a-z0-9\u0080-\U0010ffff]+', ' ', 'g')) || ' '
$$;
CREATE FUNCTION core_fold_tight(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(core_fold(value), '[^a-z0-9\u0080-\U0010ffff]+', '', 'g')
$$;
"""
NO_FOLDING = "DROP FUNCTION core_fold_tight(text), core_fold_words(text), core_fold(text);"

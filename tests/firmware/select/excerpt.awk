# Turns the first READINGS readings of a csv file (a header, then features, the target last) into C.
BEGIN { FS = "," }
NR == 1 { features = NF - 1; next }
NR > readings + 1 { next }
{
    line = ""
    for (i = 1; i <= features; i++) {
        value = $i
        if (value !~ /[.e]/) value = value ".0"
        line = line (i > 1 ? ", " : "") value "f"
    }
    rows = rows "    {" line "},\n"
}
END {
    print "/* Written by excerpt.awk. */"
    print "enum { READINGS = " readings ", FEATURES = " features " };"
    print "__attribute__((section(\".excerpt\")))"
    print "static const float excerpt[READINGS][FEATURES] = {"
    printf "%s};\n", rows
}

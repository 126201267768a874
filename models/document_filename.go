package models

import (
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	longestFilename  = 200 // bytes: below what every file system takes
	longestExtension = 20
	// unnamed is the name of a file when nothing of its own name remains.
	unnamed = "file"
)

// deviceName matches what Windows takes for a device, with any extension and blanks before it. Digits in other
// forms count too: Windows reads those of Latin-1 (COM¹) as such, and others where it converts names.
var deviceName = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$) *(\.|$)`)

// CleanFilename turns the original name of a file into one that is safe to show and to save on any system: the last
// part of a path, without control and direction marks, characters with a meaning to a shell or a file system, leading
// dots, trailing dots and blanks, or a device's name.
func CleanFilename(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	// Letters are composed last: what is removed may have stood between a letter and its accent.
	name = norm.NFC.String(strings.Map(safeRune, strings.ToValidUTF8(name, "")))
	name = strings.TrimLeft(name, ". ")
	name = shorten(strings.TrimRight(name, ". "))
	switch {
	case name == "":
		return unnamed
	case deviceName.MatchString(norm.NFKC.String(name)):
		return "_" + name
	}
	return name
}

// safeRune replaces or, by a negative rune, removes a character.
func safeRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsGraphic(r), ignorable(r): // controls, and the format characters that reverse or hide text
		return -1
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	}
	return r
}

// shorten cuts a name to a length that file systems take, and keeps its extension.
func shorten(name string) string {
	if len(name) <= longestFilename {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > longestExtension {
		extension = ""
	}
	cut := longestFilename - len(extension)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.TrimRight(name[:cut], ". ") + extension
}

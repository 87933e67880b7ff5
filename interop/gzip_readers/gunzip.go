// gunzip all|one   Unpacks standard input: all members, or one, behind which nothing may stand.
package main

import (
	"bufio"
	"compress/gzip"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	// A reader of bytes, so that nothing behind the member is read with it.
	input := bufio.NewReader(os.Stdin)
	member, err := gzip.NewReader(input)
	if err != nil {
		log.Fatal(err)
	}
	member.Multistream(os.Args[1] == "all")
	if _, err := io.Copy(os.Stdout, member); err != nil {
		log.Fatal(err)
	}
	if _, err := input.ReadByte(); err != io.EOF {
		log.Fatal("something stands behind the member")
	}
}

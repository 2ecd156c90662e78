// SPDX-License-Identifier: Apache-2.0
// java.text: numbers, dates, choices, collation, breaks, in locales.
import java.text.BreakIterator;
import java.text.ChoiceFormat;
import java.text.Collator;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.NumberFormat;
import java.text.ParseException;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.util.Arrays;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;

class TextFormats {
    public static void main(String[] args) throws ParseException {
        DecimalFormatSymbols us = DecimalFormatSymbols.getInstance(Locale.US);
        for (String pattern : new String[] {"0", "#,##0.00", "0.###E0", "##0.##E0", "00000.0",
            "#%", "0.00;(0.00)", "'#'0", "#,####.#", "\u00a4#,##0.00"}) {
            DecimalFormat f = new DecimalFormat(pattern, us);
            System.out.println(pattern + ": " + f.format(0) + " " + f.format(-1234.5678) + " "
                + f.format(0.005) + " " + f.format(1e15) + " " + f.format(Double.NaN) + " "
                + f.format(Long.MAX_VALUE));
        }
        for (Locale l : new Locale[] {Locale.US, Locale.GERMANY, Locale.FRANCE, new Locale("de", "CH"),
            Locale.JAPAN}) {
            System.out.println(l + " " + NumberFormat.getInstance(l).format(1234567.891) + " "
                + NumberFormat.getPercentInstance(l).format(0.256) + " "
                + NumberFormat.getCurrencyInstance(l).format(-1234.5) + " "
                + Currency.getInstance(l).getCurrencyCode() + " "
                + String.format(l, "%,.2f %tB", 9876.543, new Date(0L)));
        }
        System.out.println(new DecimalFormat("#,##0.##", us).parse("1,234.5abc"));
        try {
            NumberFormat.getInstance(Locale.US).parse("abc");
        } catch (ParseException e) {
            System.out.println(e.getMessage() + " " + e.getErrorOffset());
        }
        SimpleDateFormat date = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS EEE MMM z", Locale.US);
        date.setTimeZone(TimeZone.getTimeZone("UTC"));
        System.out.println(date.format(new Date(1234567890123L)));
        date.setTimeZone(TimeZone.getTimeZone("America/New_York"));
        System.out.println(date.format(new Date(1234567890123L)));
        SimpleDateFormat strict = new SimpleDateFormat("dd/MM/yyyy", Locale.US);
        strict.setTimeZone(TimeZone.getTimeZone("UTC"));
        System.out.println(strict.parse("31/02/2020").getTime());
        strict.setLenient(false);
        System.out.println(strict.parse("31/02/2020", new ParsePosition(0)));
        System.out.println(new ChoiceFormat("0#none|1#one|1<many").format(2.5));
        String[] words = {"\u00e4pfel", "zebra", "Apfel", "apfel", "\u00c4pfel", "Zebra"};
        Arrays.sort(words, Collator.getInstance(Locale.GERMAN));
        System.out.println(Arrays.toString(words));
        BreakIterator breaks = BreakIterator.getWordInstance(Locale.US);
        breaks.setText("It's 3.5 o'clock, isn't it?");
        StringBuilder at = new StringBuilder();
        for (int i = breaks.first(); i != BreakIterator.DONE; i = breaks.next()) {
            at.append(i).append(' ');
        }
        System.out.println(at);
    }
}

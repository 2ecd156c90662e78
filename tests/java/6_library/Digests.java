// SPDX-License-Identifier: Apache-2.0
// Base64, MessageDigest, CRC32, Adler32, hex and HMAC.
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

class Digests {
    public static void main(String[] args) throws Exception {
        byte[] data = new byte[1000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * i);
        }
        for (String name : new String[] {"MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256"}) {
            MessageDigest d = MessageDigest.getInstance(name);
            System.out.println(name + " " + HexFormat.of().formatHex(d.digest(data)) + " "
                + HexFormat.of().formatHex(d.digest("abc".getBytes()), 0, 8));
            d.update(data, 0, 500);
            d.update(data[500]);
            d.update(data, 501, 499);
            System.out.println(Arrays.equals(d.digest(), d.digest(data)));
        }
        try {
            MessageDigest.getInstance("NOPE");
        } catch (NoSuchAlgorithmException e) {
            System.out.println(e.getMessage());
        }
        for (int n = 0; n < 5; n++) {
            String s = Base64.getEncoder().encodeToString(Arrays.copyOf(data, n + 60));
            System.out.println(s + Arrays.equals(Base64.getDecoder().decode(s), Arrays.copyOf(data,
                n + 60)));
        }
        System.out.println(Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[] {-1, -2})
            + " " + Base64.getMimeEncoder().encodeToString(data).length());
        try {
            Base64.getDecoder().decode("a*b=");
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        CRC32 c = new CRC32();
        c.update(data);
        Adler32 a = new Adler32();
        a.update(data, 10, 600);
        CRC32C cc = new CRC32C();
        cc.update(data);
        System.out.println(c.getValue() + " " + a.getValue() + " " + cc.getValue());
    }
}
